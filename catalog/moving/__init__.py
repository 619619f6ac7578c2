"""Files that members bring and take away: read into lines, matched with films, written; no database, no clock."""
