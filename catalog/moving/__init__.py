"""Files that members bring and take: read into lines, written from lines. No Django, no database."""
