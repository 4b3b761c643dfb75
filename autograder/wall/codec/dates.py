"""Dates, times of day, moments and their zones."""

import datetime
import re
import time
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from autograder.errors import EvidenceError

Plain = dict[str, Any]
Encode = Callable[[Any], Any]  # of one part, by the codec

DATES: dict[str, Any] = {
    "datetime": datetime.datetime,
    "date": datetime.date,
    "time": datetime.time,
}
MAX_DATE_TEXT = 60
ZONE = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+){0,3}", re.A)
ZONES = (ZoneInfo, datetime.timezone)
STUDENTS = ("object", "ref")  # how a zone of a student's own class crosses, there and back


def collection(kind: str, items: list[Any], **more: Any) -> Plain:
    """Return the record of a value that is made of encoded items."""
    return {"$": "collection", "kind": kind, "items": items, **more}


def _date(value: Any, encode: Encode) -> Plain | None:
    zone = getattr(value, "tzinfo", None)
    if zone is None or (type(zone) is datetime.timezone and not _is_named(zone)):
        return {"$": "date", "kind": type(value).__name__, "text": value.isoformat()}
    known = type(zone) in ZONES
    there = encode(zone)
    if not known and not (isinstance(there, dict) and there.get("$") in STUDENTS):
        return None
    return collection("zoned", [encode(value.replace(tzinfo=None, fold=0)), there, value.fold])


def _is_named(zone: Any) -> bool:
    return type(zone) is datetime.timezone and len(zone.__getinitargs__()) > 1  # type: ignore[attr-defined]


def _zone(value: Any, encode: Encode) -> Plain | None:
    return None if value.key is None else collection("zone", [value.key])


def _offset(value: Any, encode: Encode) -> Plain:
    return collection("offset", [encode(part) for part in value.__getinitargs__()])


def _make_offset(items: list[Any]) -> datetime.timezone:
    if [type(item) for item in items] not in ([datetime.timedelta], [datetime.timedelta, str]):
        raise EvidenceError("malformed zone")
    return datetime.timezone(*items)


def _make_zone(items: list[Any]) -> ZoneInfo:
    if [type(item) for item in items] != [str] or not ZONE.fullmatch(items[0]):
        raise EvidenceError("malformed zone")
    return ZoneInfo(items[0])


def _make_zoned(items: list[Any]) -> Any:
    local, zone, fold = items
    if type(local) not in (datetime.datetime, datetime.time) or not issubclass(
        type(zone), datetime.tzinfo
    ):
        raise EvidenceError("malformed date")
    return local.replace(tzinfo=zone, fold=fold)


def _moment(value: Any, encode: Encode) -> Plain:
    return collection("moment", [*value, value.tm_zone, value.tm_gmtoff])


def _make_moment(items: list[Any]) -> time.struct_time:
    if [type(item) for item in items[:9]] != [int] * 9 or len(items) != 11:
        raise EvidenceError("malformed time")
    return time.struct_time(items)


def make_date(kind: str, text: str) -> Any:
    """Return a date, a time or both from their ISO text."""
    if kind not in DATES or len(text) > MAX_DATE_TEXT:
        raise EvidenceError("malformed date")
    return DATES[kind].fromisoformat(text)


ENCODERS: dict[type, Callable[[Any, Encode], Plain | None]] = {
    **dict.fromkeys(DATES.values(), _date),
    ZoneInfo: _zone,
    datetime.timezone: _offset,
    time.struct_time: _moment,
}
MAKERS: dict[str, Callable[[list[Any]], Any]] = {
    "zone": _make_zone,
    "offset": _make_offset,
    "zoned": _make_zoned,
    "moment": _make_moment,
}
