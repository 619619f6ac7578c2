"""Names and figures in the visitor's language; catalog.words says which."""

from django import template

from catalog import words

register = template.Library()
register.filter("decade", words.decade)
register.filter("genre", words.genre)
register.filter("figure", words.figure)
