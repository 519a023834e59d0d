"""Sources with a web interface: a patient client, pages that become deliveries, one file per system."""
