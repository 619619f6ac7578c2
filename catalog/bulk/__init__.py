"""Ratings in bulk: lines of a file read strictly, what becomes of each, and the folder it all lies in; no database, no clock."""
