"""Who clicks: a person's browser, or a program that looks at links before people do."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Crawlers and monitors call themselves so; the rest are link previewers of messengers and
# networks, mail gateways that open links to look for malware, and programmers' libraries.
_NAMES = re.compile(
    r"bot\b|bot[/;_-]|robot|crawl|spider|slurp|scan|preview|fetch|monitor|checker|validator"
    r"|archiver|scrap|probe|headless|phantom|lighthouse|pagespeed|pingdom|uptime|inspection"
    r"|facebookexternalhit|facebookcatalog|meta-external|whatsapp/|skypeuri|slack-imgproxy"
    r"|linkedinbot|twitterbot|redditbot|discordbot|telegrambot|vkshare|embedly"
    r"|quora link|outbrain|flipboardproxy|tumblr/|iframely|google-read-aloud|googleimageproxy"
    r"|google-safety|google favicon|mediapartners|feedfetcher|apis-google|adsbot|storebot"
    r"|yahoomailproxy|bingpreview|baiduspider|yandex(?!search|\.browser)|ia_archiver"
    r"|barracuda|proofpoint|mimecast|symantec|messagelabs|trendmicro|sophos|fortiguard"
    r"|safelinks|microsoft office|ms-office|word/|excel/|cloudmark|bitdefender|kaspersky"
    r"|curl/|wget/|libwww|python-|python/|aiohttp|httpx|urllib|go-http|okhttp|java/|apache-http"
    r"|axios|node-fetch|undici|guzzle|ruby|perl|php/|postman|insomnia|powershell|winhttp"
    r"|gptbot|chatgpt|claude|anthropic|perplexity|bytespider|ccbot|cohere|amazonbot|applebot",
    re.IGNORECASE,
)
_EARLY = re.compile(r"prefetch|preview|prerender", re.IGNORECASE)
_PURPOSES = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def is_robot(method: str, headers: Mapping[str, str]) -> bool:
    """Return whether a request was made by a program and not by a person who clicked.

    A HEAD request, one made ahead of a click, and one that does not say by what it was made
    count as a program's.
    """
    if method == "HEAD" or any(_EARLY.search(headers.get(name, "")) for name in _PURPOSES):
        return True
    agent = headers.get("User-Agent", "").strip()
    return not agent or _NAMES.search(agent) is not None
