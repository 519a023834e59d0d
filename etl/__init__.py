"""IN: brings rows in from ticket systems, survey tools and files; makes them canonical; loses nothing."""
