"""The pages; one file each, found by folder listing."""
