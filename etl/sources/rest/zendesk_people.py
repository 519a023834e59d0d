"""Who is staff in Zendesk: roles of authors, names of agents and groups; nothing of customers but their number."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from etl.sources.rest.client import RestClient
from etl.sources.rest.paging import Walk
from etl.sources.rest.records import inner

PER_PAGE = 100
AGENT, CUSTOMER, SYSTEM = "agent", "end-user", "system"


def numbered(value: object) -> str | None:
    """Return the number of a user or group as text; None = nobody."""
    return None if value in (None, "") else str(value)


class People:
    """Staff and groups of one desk, read once when first asked for.

    Zendesk tells everybody's role of today, so those who left the staff would look like customers. Whoever was staff
    once stays it: `known` goes into the cursor. Whoever a ticket was assigned to, or who wrote an internal note, was
    staff too: `learn` notes them.
    """

    def __init__(self, client: RestClient) -> None:
        self._client = client
        self._learned: set[str] = set()
        self._staff: dict[str, str] | None = None
        self._groups: dict[str, str] | None = None

    def learn(self, users: Iterable[object]) -> None:
        """Note users who are staff by what they did."""
        self._learned.update(str(user) for user in users if user not in (None, "", -1, "-1"))

    @property
    def known(self) -> list[str]:
        """Return the numbers of all who are or were staff, in order."""
        return sorted(self._learned | self._names().keys())

    def role(self, user: object) -> str | None:
        """Return agent, end-user or system; None = nobody."""
        number = numbered(user)
        if number is None:
            return None
        if number == "-1":
            return SYSTEM
        return AGENT if number in self._learned or number in self._names() else CUSTOMER

    def staff_name(self, user: object) -> str | None:
        """Return the name of a member of the staff, the number of one who left; None = no staff."""
        number = numbered(user)
        return self._names().get(number or "", number) if self.role(number) == AGENT else None

    def group(self, group: object) -> str | None:
        """Return the name of a group, its number where the group is gone; None = no group."""
        number = numbered(group)
        if self._groups is None:
            self._groups = {str(each.get("id")): str(each.get("name")) for each in self._listed("groups", {})}
        return self._groups.get(number or "", number)

    def _names(self) -> dict[str, str]:
        if self._staff is None:
            query: dict[str, Any] = {"role[]": ["agent", "admin"]}
            self._staff = _told_apart(
                {str(each.get("id")): str(each.get("name")) for each in self._listed("users", query)}
            )
        return self._staff

    def _listed(self, name: str, query: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        path = f"/api/v2/{name}.json"
        walk = Walk(self._client.place(path))
        after: str | None = None
        while True:
            walk.step(after)
            page = {"page[after]": after} if after else {}
            answer = self._client.get(path, {**query, "page[size]": PER_PAGE, **page})
            yield from answer.listed(name)
            meta = inner(answer.data.get("meta"))
            if not meta.get("has_more"):
                return
            after = meta.get("after_cursor")


def _told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Return the names with their number where two people have the same."""
    given = list(names.values())
    return {number: f"{name} ({number})" if given.count(name) > 1 else name for number, name in names.items()}
