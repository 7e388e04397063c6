"""Pages by key: stable while rows come in, and as fast at the end as at the beginning."""

from rest_framework.pagination import CursorPagination

PAGING = ("cursor", "page_size")


class KeysetPagination(CursorPagination):
    """Newest first; `page_size` up to 500."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500
