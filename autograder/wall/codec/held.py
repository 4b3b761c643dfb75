"""Shared values in messages: what has changed of them goes along, and is taken over."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgpack
import numpy as np
import torch

from autograder.errors import EvidenceError
from autograder.wall import built
from autograder.wall.codec.arrays import tensor_fields
from autograder.wall.codec.handles import lent_number
from autograder.wall.codec.library import make_collection
from autograder.wall.codec.windows import look, owner_of, place_of, place_of_view
from autograder.wall.copies import MOST_KEPT
from autograder.wall.glimpses import is_table
from autograder.wall.sharing import MOST, Shared, fill, is_container, is_mutable, weight_of

if TYPE_CHECKING:
    from autograder.wall.leaves import Leaves

Content = Callable[[Any], Any]  # of one shared value, encoded or decoded
CONTAINERS = ("dict", "set", "collection", "built")
STAYS = ("object", "ref", "lent", "library", "oracle")  # what a content is not made of


def number_of(shared: Shared | None, value: Any, encode: Content) -> int | None:
    """Return a value's number, which it gets now if it is new and its content can cross.

    None is that of what does not change, or cannot be shared.

    A module or an optimiser that the notebook makes stays there, but as a part of one of a test's.
    """
    if shared is None or not (is_mutable(value) or shared.is_turned(value)):
        return None
    theirs = not shared.next % 2 and id(value) not in shared.numbers and built.is_built(value)
    if theirs and (not shared.inside or built.is_own(type(value))):
        return None
    number = shared.number_of(value)
    if number is None or number in shared.agreed or is_container(value):
        return number
    try:
        shared.ready[number] = shared.ready.get(number) or _encoded(value, encode)
    except EvidenceError:
        shared.leave(number)
        return None
    return number


def known(
    shared: Shared | None, value: Any, content: Content, tell: Content
) -> dict[str, Any] | None:
    """Return what stands for a value that both sides hold, or have a copy of; None of any other.

    Args:
        content: encodes what a shared value holds.
        tell: encodes a value that is not shared.
    """
    number = number_of(shared, value, content)
    if number is not None:
        return {"$": "shared", "id": number}
    if shared is None or not shared.open or shared.copies.inside:
        return None
    if not is_mutable(value) or built.is_built(value):
        return None
    told = _whole(shared, value, tell)
    if type(told) is dict and told["$"] in STAYS:
        return told
    return {"$": "copy", "id": shared.copies.number_of(value, weight_of), "value": told}


def _whole(shared: Shared, value: Any, tell: Content) -> Any:
    shared.copies.inside = True
    try:
        return tell(value)
    finally:
        shared.copies.inside = False


def copied(shared: Shared | None, number: int, value: Any) -> Any:
    """Return the value of a record of a large one: this side's own, where it is known."""
    if shared is None:
        return value
    own = shared.copies.values.get(number)
    shared.copies.about.add(number)
    if type(own) is type(value):
        return own
    shared.copies.hold(number, value, weight_of(value, MOST_KEPT))
    return value


def anew(shared: Shared, tell: Content, print_of: Callable[[Any], bytes]) -> list[Any]:
    """Return number and content of each large value that has changed."""
    copies = shared.copies
    return [[n, _whole(shared, copies.values[n], tell)] for n in copies.changed(print_of)]


def take_anew(shared: Shared, found: Any, decode: Content) -> None:
    """Make large values here what a message says they are now.

    Raises:
        EvidenceError: it is malformed.
    """
    if type(found) is not list:
        raise EvidenceError("malformed changes")
    for number, content in map(_read, found):
        if (own := shared.copies.values.get(number)) is not None:
            fill(own, decode(content))
            shared.copies.fresh.add(number)


def window(shared: Shared | None, value: Any, encode: Content) -> dict[str, Any] | None:
    """Return where an array or tensor looks in the memory of a shared one; None of any other."""
    owner: Any = None
    place: dict[str, Any] | None = None
    if type(value) is torch.Tensor:
        owner = value._base
        if type(owner) is torch.Tensor and is_mutable(owner):
            place = place_of_view(value, owner)
        elif owner is None and shared is not None:
            return _window_of_leaf(shared.leaves, value)
    elif type(value) is np.ndarray and (owner := owner_of(value)) is not None:
        place = place_of(value, owner)
    if shared is None or place is None:
        return None
    number = number_of(shared, owner, encode)
    return None if number is None else {"$": "window", "of": number, **place}


def _window_of_leaf(leaves: "Leaves | None", value: torch.Tensor) -> dict[str, Any] | None:
    """Return where a tensor looks in a leaf's memory, as a detached one does; None of any other."""
    number = None if leaves is None or value.requires_grad else leaves.looked_at(value)
    if leaves is None or number is None:
        return None
    place = place_of_view(value, leaves.find(number).detach())
    return None if place is None else {"$": "window", "leaf": number, **place}


def look_in(shared: Shared | None, plain: dict[str, Any]) -> Any:
    """Return the array or tensor that looks at a shared one, or at a leaf, as a record says.

    Raises:
        EvidenceError: it is malformed.
    """
    if shared is not None and shared.leaves is not None and type(plain.get("leaf")) is int:
        found: Any = look(plain, shared.leaves.find(plain["leaf"]).detach())
        return found.detach()  # no view of a tensor that nobody has
    return look(plain, None if shared is None else shared.values.get(plain["of"]))


def tensor(value: torch.Tensor) -> dict[str, Any]:
    """Return the content of a tensor; of one that was made a leaf of graphs, the gradient too."""
    told = {"$": "still", **tensor_fields(value)}
    if not (value.requires_grad and value.is_leaf):
        return told
    if (grad := value.grad) is not None and grad.layout is torch.strided:
        return {**told, "grad": tensor_fields(grad)}
    return {**told, "turned": True}


def turned(value: torch.Tensor, grad: torch.Tensor | None) -> torch.Tensor:
    """Return a tensor as a leaf with a gradient.

    Raises:
        EvidenceError: it cannot be one.
    """
    fits = grad is None or (grad.shape, grad.dtype) == (value.shape, value.dtype)
    if not fits or not (value.is_floating_point() or value.is_complex()):
        raise EvidenceError("no leaf with such a gradient")
    value.requires_grad_(True).grad = grad
    return value


def changes(shared: Shared, encode: Content) -> list[Any]:
    """Return number and content of each shared value that is not as both sides know it."""
    found, numbers, place = list[Any](), list(shared.values), -1
    while (place := place + 1) < len(numbers):
        number = numbers[place]
        if shared.is_still(number):
            continue
        try:
            content = shared.ready.pop(number, None) or _encoded(shared.values[number], encode)
        except EvidenceError:
            if number in shared.agreed:
                continue  # it became what cannot cross
            raise
        packed = msgpack.packb(content, use_bin_type=True)
        if shared.agreed.get(number) != packed:
            shared.agreed[number] = packed
            found.append([number, content])
        shared.note(number)
        if len(shared.values) > len(numbers):  # a content may hold values that are new
            numbers = list(shared.values)
    return found


def attributes(value: Any, shared: Shared | None, inline: Content, encode: Content) -> Any:
    """Return the content of one of torch's objects, None of all else.

    Args:
        inline: encodes the containers that are its own, each as a part of it.
    """
    if shared is None or not built.is_built(value):
        return None
    before, shared.inside = shared.inside, True
    try:
        items = [
            [name, inline(one) if type(one) in built.INSIDE else encode(one)]
            for name, one in built.attributes(value)
        ]
    finally:
        shared.inside = before
    told = {"$": "built", "of": built.base_of(type(value)), "items": items}
    return {**told, **_class_of(type(value), encode)} if built.is_own(type(value)) else told


def _class_of(cls: type, encode: Content) -> dict[str, Any]:
    """Return what is told of a class that a test defines, or that stands for such a one."""
    if (origin := built.MIRRORS.origins.get(cls)) is not None:
        return {"class": encode(origin)}
    members = [[name, kind, encode(one)] for name, kind, one in built.members_of(cls)]
    return {"class": encode(cls), "name": cls.__name__, "members": members}


def _empty_of(plain: dict[str, Any], decode: Content) -> Any:
    """Return an object without its attributes.

    Raises:
        EvidenceError: there is no such class.
    """
    if "class" not in plain:
        return built.empty(plain.get("of"))
    origin: Any = decode(plain["class"])
    if "members" in plain and lent_number(origin) is not None:  # only the notebook makes mirrors
        members = [[name, kind, decode(one)] for name, kind, one in plain["members"]]
        origin = built.MIRRORS.make(origin, plain["name"], plain["of"], members)
    if not isinstance(origin, type) or not built.is_own(origin):
        raise EvidenceError("an object of an unknown class")
    made: Any = origin
    return made.__new__(made)


def make_built(plain: dict[str, Any], decode: Content) -> Any:
    """Return the object that a content describes.

    Raises:
        EvidenceError: it is malformed.
    """
    made = _empty_of(plain, decode)
    for name, part in plain["items"]:
        vars(made)[built.check_name(name)] = decode(part)
    return made


def settle(shared: Shared, encode: Content) -> None:
    """Note what was received of shared values as what both sides know."""
    shared.open, was_open = False, shared.open
    for number in shared.received.keys() & shared.values.keys():
        try:
            content = shared.received[number] or _encoded(shared.values[number], encode)
            shared.agreed[number] = msgpack.packb(content, use_bin_type=True)
            shared.note(number)
        except EvidenceError:
            continue  # it is told again
    shared.received.clear()
    shared.ready.clear()
    shared.open = was_open


def _encoded(value: Any, encode: Content) -> Any:
    content = encode(value)
    if content is None or (type(content) is dict and content["$"] in STAYS):
        raise EvidenceError(f"a {type(value).__name__} cannot be shared")
    return content


def take_over(shared: Shared, message: Any, decode: Content) -> None:
    """Make shared values here what a message says they are now.

    Raises:
        EvidenceError: it is malformed.
    """
    if isinstance(message, dict):
        if "before" in message:
            _take_changes(shared, message["before"], decode)
            shared.clear(_numbers(message.get("resting")))
        if "shared" in message:
            _take_changes(shared, message["shared"], decode)
        if "anew" in message:
            take_anew(shared, message["anew"], decode)


def _numbers(found: Any) -> list[int]:
    if type(found) is not list or len(found) > MOST or any(type(one) is not int for one in found):
        raise EvidenceError("malformed numbers")
    return found


def _take_changes(shared: Shared, found: Any, decode: Content) -> None:
    if type(found) is not list or len(found) > MOST:
        raise EvidenceError("malformed changes")
    pairs = [_read(change) for change in found]
    pairs.sort(key=_is_window)  # behind the arrays that they look at
    for number, content in pairs:
        if not _is_nesting(content):
            _take(shared, number, decode(content), content)
    for number, content in pairs:  # a container may hold itself
        if _is_nesting(content) and not shared.is_held(number):
            shared.accept(number, _empty(content, decode))
    for number, content in pairs:
        if _is_nesting(content):
            _take(shared, number, decode(content), content)


def _read(change: Any) -> tuple[int, Any]:
    if type(change) is not list or len(change) != 2 or type(change[0]) is not int:
        raise EvidenceError("a malformed change")
    if type(change[1]) not in (list, dict):
        raise EvidenceError("a malformed change")
    return change[0], change[1]


def _take(shared: Shared, number: int, value: Any, content: Any) -> None:
    if not is_mutable(value) and type(value) is not torch.Tensor:
        raise EvidenceError("a shared value that cannot change")
    if shared.is_held(number):
        fill(shared.values[number], value)
    else:
        shared.accept(number, value)
    # A table is what its content says; other contents may hold what each side writes in its way.
    shared.received[number] = content if is_table(type(value)) else None


def _is_window(pair: tuple[int, Any]) -> bool:
    return type(pair[1]) is dict and pair[1].get("$") == "window"


def _is_nesting(content: Any) -> bool:
    """Tell whether a content may hold the very value that it is the content of."""
    if type(content) is list:
        return True
    return content.get("$") in CONTAINERS and content.get("kind") != "generator"


def _empty(content: Any, decode: Content) -> Any:
    """Return the empty container that a content fills."""
    if type(content) is list:
        return []
    if content["$"] == "built":
        return _empty_of(content, decode)
    if content["$"] == "collection":
        return make_collection(content, [], decode)
    return {} if content["$"] == "dict" else set()
