"""The few colours that charts need as values; everything else takes them from assets/10-tokens.css."""

from collections.abc import Mapping

INKS: Mapping[str, Mapping[str, str]] = {
    "light": {
        "line": "#2f5bd7",
        "soft": "#8fa6dc",
        "fill": "rgba(47,91,215,.07)",
        "goal": "#5b6472",
        "grid": "#e8eaef",
        "text": "#5b6472",
        "paper": "#ffffff",
        "ink": "#171a21",
        "shade": "rgba(47,91,215,.06)",
    },
    "dark": {
        "line": "#8fb0ff",
        "soft": "#53699f",
        "fill": "rgba(143,176,255,.08)",
        "goal": "#a3adbd",
        "grid": "#272d38",
        "text": "#a3adbd",
        "paper": "#161a21",
        "ink": "#eef1f6",
        "shade": "rgba(143,176,255,.07)",
    },
}
