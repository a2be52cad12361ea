"""Screenshots small enough to keep: PNG with a palette."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt


SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 96
FREQUENT = 60
Pixels = npt.NDArray[np.uint8]


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += 12 + size


def _paeth(line: Pixels, above: Pixels) -> Pixels:
    out = np.zeros_like(line, dtype=np.int32)
    left, corner = out[0] * 0, out[0] * 0
    for x, (value, up) in enumerate(zip(line.astype(int), above.astype(int), strict=True)):
        guess = left + up - corner
        far = np.stack([abs(guess - left), abs(guess - up), abs(guess - corner)])
        nearest = np.choose(far.argmin(axis=0), [left, up, corner])
        left, corner = (value + nearest) & 255, up
        out[x] = left
    return out.astype(np.uint8)


def pixels(png: bytes) -> Pixels:
    """The picture as height × width × 3. Knows what Chromium writes: 8 bits, RGB or RGBA."""
    parts = list(_chunks(png))
    width, height, depth, colour, *_rest = struct.unpack(">IIBBBBB", parts[0][1])
    if depth != 8 or colour not in (2, 6):
        raise ValueError(f"A PNG of depth {depth} and colour type {colour}.")
    channels = 3 if colour == 2 else 4
    data = zlib.decompress(b"".join(body for kind, body in parts if kind == b"IDAT"))
    rows = np.frombuffer(data, np.uint8).reshape(height, 1 + width * channels)
    picture = np.zeros((height, width, channels), np.uint8)
    above = np.zeros((width, channels), np.uint8)
    for y in range(height):
        line = rows[y, 1:].reshape(width, channels)
        match rows[y, 0]:
            case 0:
                above = line
            case 1:
                above = np.cumsum(line, axis=0, dtype=np.uint8)
            case 2:
                above = line + above
            case 4:
                above = _paeth(line, above)
            case unknown:
                raise ValueError(f"PNG filter {unknown}.")
        picture[y] = above
    return picture[:, :, :3]


def _indexed(picture: Pixels) -> tuple[Pixels, npt.NDArray[np.uint8]]:
    """A palette of colours that are frequent or far from those, and the nearest of them per pixel."""
    packed = picture.astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
    colours, inverse, counts = np.unique(packed, return_inverse=True, return_counts=True)
    rgb = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1).astype(np.int32)
    chosen = list(np.argsort(-counts, kind="stable")[:FREQUENT])
    weight = np.log2(1 + counts)
    gap = ((rgb[:, None] - rgb[chosen][None]) ** 2).sum(axis=2).min(axis=1)
    while len(chosen) < COLOURS and gap.any():
        chosen.append(np.argmax(gap * weight))
        gap = np.minimum(gap, ((rgb - rgb[chosen[-1]]) ** 2).sum(axis=1))
    palette = rgb[chosen]
    nearest = np.empty(len(rgb), np.uint8)
    for start in range(0, len(rgb), 4096):
        some = rgb[start : start + 4096, None, :]
        nearest[start : start + 4096] = ((some - palette[None]) ** 2).sum(axis=2).argmin(axis=1)
    return palette.astype(np.uint8), nearest[inverse].reshape(packed.shape)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def small_png(png: bytes) -> bytes:
    """The same picture in few colours."""
    palette, indexed = _indexed(pixels(png))
    height, width = indexed.shape
    lines = np.concatenate([np.zeros((height, 1), np.uint8), indexed], axis=1)
    return b"".join([
        SIGNATURE,
        _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        _chunk(b"PLTE", palette.tobytes()),
        _chunk(b"IDAT", zlib.compress(lines.tobytes(), 9)),
        _chunk(b"IEND", b""),
    ])  # fmt: skip
