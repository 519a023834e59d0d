"""One pull of a source: what it is made of, read ahead, loaded, told how far it is; past spans again."""
