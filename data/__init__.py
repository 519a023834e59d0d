"""The store: schema, warehouse, keys, settings, calendars and the demo's world."""
