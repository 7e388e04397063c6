"""How bodies are read."""

from __future__ import annotations

from typing import Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """JSON; what is nested so deeply that no reader follows is refused as not readable."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """Return what was sent; raises `ParseError`."""
        try:
            return super().parse(*args, **kwargs)
        except RecursionError:
            raise ParseError("This JSON is nested too deeply.") from None
