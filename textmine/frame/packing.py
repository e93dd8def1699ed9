"""Frozen parts made of arrays, numbers and names as flat tensors, and back. Runs no code from what it reads.

A part is a dataclass; its fields are arrays, tuples of arrays, tuples of one-line strings, whole numbers or
further parts, and become tensors named by their path: `plan.chains.gap`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from itertools import count, takewhile
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

Part = TypeVar("Part")
Tensors = Mapping[str, NDArray[Any]]


def tensors_of(part: object, prefix: str = "") -> Iterator[tuple[str, NDArray[Any]]]:
    """(name, tensor) of everything in a part."""
    if not is_dataclass(part):
        raise TypeError(f"{type(part).__name__} cannot be packed: not a dataclass")
    for field in fields(part):
        name, value = prefix + field.name, getattr(part, field.name)
        if is_dataclass(value):
            yield from tensors_of(value, name + ".")
        elif isinstance(value, tuple) and all(isinstance(item, str) for item in value):
            yield name, text_tensor(value)
        elif isinstance(value, tuple):
            yield from ((f"{name}.{number}", _narrow(item)) for number, item in enumerate(value))
        else:
            yield name, _narrow(np.asarray(value))


def part_of(kind: type[Part], tensors: Tensors, prefix: str = "") -> Part:
    """The part that `tensors_of` took apart. Raises KeyError where a tensor is missing."""
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    return kind(**{name: _value(hints[name], tensors, prefix + name) for name in names})


def _value(hint: Any, tensors: Tensors, name: str) -> Any:
    if is_dataclass(hint):
        return part_of(hint, tensors, name + ".")  # type: ignore[arg-type]
    if get_origin(hint) is tuple and get_args(hint)[0] is str:
        return texts_of(tensors[name])
    if get_origin(hint) is tuple:
        parts = takewhile(tensors.__contains__, (f"{name}.{number}" for number in count()))
        return tuple(_widened(get_args(hint)[0], tensors[part]) for part in parts)
    return int(tensors[name].item()) if hint is int else _widened(hint, tensors[name])


def text_tensor(texts: tuple[str, ...]) -> NDArray[np.uint8]:
    """Strings without line breaks as UTF-8, each ended by a line feed."""
    return np.frombuffer("".join([text + "\n" for text in texts]).encode(), np.uint8)


def texts_of(tensor: NDArray[np.uint8]) -> tuple[str, ...]:
    """The strings of a `text_tensor`."""
    return tuple(tensor.tobytes().decode().split("\n")[:-1])


def _narrow(array: NDArray[Any]) -> NDArray[Any]:
    """Numbers as small as they fit, which makes a third of the file."""
    sizes = (np.int16, np.int32) if array.dtype == np.int64 else ()
    narrow = (array.astype(size) for size in sizes)
    return np.ascontiguousarray(next((one for one in narrow if np.array_equal(one, array)), array))


def _widened(hint: Any, array: NDArray[Any]) -> NDArray[Any]:
    """The array in the type that its field is declared with."""
    (scalar,) = get_args(get_args(hint)[1])
    return array.astype(scalar)
