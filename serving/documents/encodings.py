"""The encoding of a text file: told from its bytes, with Western European text preferred to rare guesses."""

import codecs
import re
from typing import Final

from charset_normalizer import from_bytes

from data.errors import UnreadableDocumentError

_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with byte order mark"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_OTHER_SCRIPTS: Final = re.compile(
    r"^(cp125[1356]|koi8|iso8859_[5678]|mac_cyrillic|gb|big5|shift_jis|cp932|euc|johab)"
)
"""Encodings of other scripts are believed when the text makes sense in them; Western guesses are cp1252."""
_COHERENCE: Final = 0.5
_SAMPLE_BYTES: Final = 65_536
_CONTROL_CHARACTERS: Final = re.compile(r"[\x01-\x08\x0e-\x19\x1b-\x1f\x7f\ufffe\uffff]")
_MAX_CONTROL_SHARE: Final = 0.005
_MAX_NUL_SHARE: Final = 0.05
_STRAY_BYTES_PER_SOUND: Final = 2
"""UTF-8 sequences come about by chance in other encodings, but far more seldom than this."""
_STRAY_AS_WESTERN: Final = "ledgerprint.stray-bytes-as-cp1252"
_STRAY_AS_LATIN: Final = "ledgerprint.stray-bytes-as-latin-1"


def decode(content: bytes, name: str) -> tuple[str, str, list[str]]:
    """Decode the bytes of a text file.

    Parameters
    ----------
    content
        The whole file.
    name
        Its name, for the message of an error.

    Returns
    -------
    tuple of str, str and list of str
        The text without byte order mark and NUL characters, the name of the encoding, and notes on what was
        dropped.

    Raises
    ------
    UnreadableDocumentError
        When the bytes are no text in any of the encodings.
    """
    text, encoding = _decoded(content, name)
    notes = []
    nuls = text.count("\x00")
    controls = len(_CONTROL_CHARACTERS.findall(text))
    if nuls > _MAX_NUL_SHARE * len(text) or controls > _MAX_CONTROL_SHARE * len(text):
        raise not_a_table(name, "binary data")
    if nuls:
        text = text.replace("\x00", "")
        notes.append(f"{nuls} NUL characters were dropped.")
    return text, encoding, notes


def not_a_table(name: str, kind: str) -> UnreadableDocumentError:
    """Return the error for a document that no reader takes."""
    return UnreadableDocumentError(
        f"{name}: got {kind}, expected a ledger as CSV, XLSX, XLS, ODS, Parquet, JSON or JSON Lines; "
        "export the ledger in one of these."
    )


def _decoded(content: bytes, name: str) -> tuple[str, str]:
    for mark, codec, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            try:
                return content.decode(codec), encoding
            except UnicodeDecodeError as error:
                if codec == "utf-8-sig":
                    return _mixed(content.removeprefix(mark)), f"{encoding}, stray bytes read as cp1252"
                raise not_a_table(name, f"broken {encoding}") from error
    if codec := _unmarked_utf16(content):
        return content.decode(codec, errors="replace"), "UTF-16 without byte order mark"
    try:
        return content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return _legacy(content)


def marked_codec(content: bytes) -> tuple[str, str]:
    """Tell codec and name of a text whose first bytes give them away, "" for others."""
    for mark, codec, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return codec, encoding
    if codec := _unmarked_utf16(content):
        return codec, "UTF-16 without byte order mark"
    return "", ""


def _unmarked_utf16(content: bytes) -> str:
    sample = content[:_SAMPLE_BYTES]
    half = len(sample) // 2
    if half and sample[1::2].count(0) > half * 0.6 and sample[::2].count(0) < half * 0.1:
        return "utf-16-le"
    if half and sample[::2].count(0) > half * 0.6 and sample[1::2].count(0) < half * 0.1:
        return "utf-16-be"
    return ""


def _legacy(content: bytes) -> tuple[str, str]:
    codec, errors, encoding = legacy_codec(content)
    try:
        return content.decode(codec, errors), encoding
    except UnicodeDecodeError:
        return content.decode("cp1252", _STRAY_AS_LATIN), "cp1252 (Western European)"


def legacy_codec(content: bytes) -> tuple[str, str, str]:
    """Tell the codec of text that is not wholly UTF-8, what it does with errors, and its name for a reader.

    It is UTF-8 with stray bytes, another script, else Western European.
    """
    lenient = content.decode("utf-8", errors="replace")
    stray = lenient.count("\ufffd")
    sound = sum(1 for character in lenient if character > "\x7f") - stray
    if sound and stray <= _STRAY_BYTES_PER_SOUND * sound:
        found = f"UTF-8, {stray} stray {'byte' if stray == 1 else 'bytes'} read as cp1252"
        return "utf-8", _STRAY_AS_WESTERN, found
    lines = [line for line in content.splitlines() if not line.isascii()]
    guess = from_bytes(b"\n".join(lines)[:_SAMPLE_BYTES]).best()
    if guess is not None and _OTHER_SCRIPTS.match(guess.encoding) and guess.coherence >= _COHERENCE:
        return guess.encoding, "strict", guess.encoding
    return "cp1252", _STRAY_AS_LATIN, "cp1252 (Western European)"


def _mixed(content: bytes) -> str:
    """Decode UTF-8 with single bytes of another encoding in it, so that they do not spoil the rest."""
    return content.decode("utf-8", errors=_STRAY_AS_WESTERN)


def _stray_as_western(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", errors="replace"), error.end


def _stray_as_latin(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error(_STRAY_AS_WESTERN, _stray_as_western)
codecs.register_error(_STRAY_AS_LATIN, _stray_as_latin)
