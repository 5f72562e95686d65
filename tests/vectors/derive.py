#!/usr/bin/env python3
"""Computes the derivation vectors of wire version 1 from the formulas of core/wire/README.md.

Written from the specification alone, with Python's standard library, so that it shares no code and no
library with the program. Prints the JSON of v1/derivations.json; `--check` compares with the file and
`--write` replaces it. What Python has not, XChaCha20-Poly1305, is below, checked against the
vectors of its specification first.
"""

import base64
import hashlib
import hmac
import json
import pathlib
import struct
import sys

DOMAIN = b"undertone/1 "
FILE = pathlib.Path(__file__).parent / "v1" / "derivations.json"

KK = b"Noise_KKpsk0+psk2_25519_ChaChaPoly_BLAKE2s"
XK = b"Noise_XKpsk0+psk2_25519_ChaChaPoly_BLAKE2s"
# name: (byte, pattern)
PURPOSES = {"chat": (1, KK), "bulk": (2, KK), "knock": (3, XK), "accept": (4, XK), "recovery": (5, KK)}


# The conventions.


def lp(part):
    return struct.pack(">H", len(part)) + part


def sha256(data):
    return hashlib.sha256(data).digest()


def hash_(label, *parts):
    return sha256(lp(DOMAIN + label) + b"".join(map(lp, parts)))


def extract(salt, *ikm):
    return hmac.digest(salt, b"".join(ikm), "sha256")


def expand(key, label, *context, length=32):
    info = DOMAIN + label + b"\0" + b"".join(map(lp, context))
    output, block, number = b"", b"", 1
    while len(output) < length:
        block = hmac.digest(key, block + info + bytes([number]), "sha256")
        output += block
        number += 1
    return output[:length]


def mac(key, label, *parts):
    return hmac.digest(key, DOMAIN + label + b"".join(parts), "sha256")


# XChaCha20-Poly1305 (RFC 8439 and draft-irtf-cfrg-xchacha-03).


def rotate(value, by):
    return (value << by | value >> 32 - by) & 0xFFFFFFFF


def quarter(state, a, b, c, d):
    for x, y, z, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        state[x] = (state[x] + state[y]) & 0xFFFFFFFF
        state[z] = rotate(state[z] ^ state[x], by)


def rounds(state):
    for _ in range(10):
        for column in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)):
            quarter(state, *column)
        for diagonal in ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            quarter(state, *diagonal)
    return state


def words(data):
    return list(struct.unpack("<%dI" % (len(data) // 4), data))


CONSTANT = words(b"expand 32-byte k")


def chacha20(key, counter, nonce, data):
    output = b""
    for at in range(0, len(data), 64):
        start = CONSTANT + words(key) + [counter + at // 64] + words(nonce)
        end = rounds(start[:])
        stream = struct.pack("<16I", *((x + y) & 0xFFFFFFFF for x, y in zip(start, end)))
        output += bytes(x ^ y for x, y in zip(data[at : at + 64], stream))
    return output


def hchacha20(key, nonce):
    state = rounds(CONSTANT + words(key) + words(nonce))
    return struct.pack("<8I", *state[:4], *state[12:])


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at : at + 16] + b"\1", "little")) * r % (2**130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def filled(data):
    return data + bytes(-len(data) % 16)


def xchacha20poly1305(key, nonce, data, associated):
    key, nonce = hchacha20(key, nonce[:16]), bytes(4) + nonce[16:]
    ciphertext = chacha20(key, 1, nonce, data)
    lengths = struct.pack("<QQ", len(associated), len(ciphertext))
    one_time = chacha20(key, 0, nonce, bytes(64))[:32]
    return ciphertext + poly1305(one_time, filled(associated) + filled(ciphertext) + lengths)


def check_xchacha20poly1305():
    """The vector of draft-irtf-cfrg-xchacha-03, A.3.1."""
    text = (
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
        b"sunscreen would be it."
    )
    sealed = xchacha20poly1305(
        bytes(range(0x80, 0xA0)), bytes(range(0x40, 0x58)), text, bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
    )
    assert sealed[:16].hex() == "bd6d179d3e83d43b9576579493c0e939"
    assert sealed[-16:].hex() == "c0875924c1c7987947deafd8780acf49"


# The vectors.


def counting(start, length=32):
    return bytes((start + index) % 256 for index in range(length))


def conventions():
    long = counting(7, 300)
    return {
        "hash": [
            {"label": label, "parts": [p.hex() for p in parts], "output": hash_(label.encode(), *parts).hex()}
            for label, parts in (("request", [b"abc"]), ("x", []), ("x", [b"ab", b"c"]), ("x", [b"a", b"bc"]), ("kem", [long, b""]))
        ],
        "extract": [
            {"salt": salt.hex(), "ikm": [p.hex() for p in ikm], "output": extract(salt, *ikm).hex()}
            for salt, ikm in ((b"salt", [b"input"]), (counting(1), [counting(2), counting(3)]), (counting(1), [b""]))
        ],
        "expand": [
            {"key": key.hex(), "label": label, "context": [p.hex() for p in context], "output": expand(key, label.encode(), *context).hex()}
            for key, label, context in (
                (counting(1), "psk2", []),
                (counting(1), "psk2", [b""]),
                (counting(1), "seal", [b"A>B"]),
                (counting(1), "x", [b"ab", b"c"]),
                (counting(1), "x", [b"a", b"bc"]),
            )
        ],
        "mac": [
            {"key": key.hex(), "label": label, "parts": [p.hex() for p in parts], "output": mac(key, label.encode(), *parts).hex()}
            for key, label, parts in ((counting(1), "confirm", [counting(2)]), (counting(1), "dial hint", [b"ab", b"c"]))
        ],
    }


def invitations():
    cases = []
    for one_time in (None, counting(0x33)):
        for server in (None, counting(0x55) + struct.pack(">I", 7)):
            flags = bool(one_time) | bool(server) << 1
            door, noise = counting(0x81), counting(0xA1)
            body = bytes([1, flags]) + door + noise + (one_time or b"") + (server or b"")
            full = body + sha256(b"undertone/1 invitation check" + body)[:4]
            text = "undertone:" + base64.b32encode(full).decode().rstrip("=").lower()
            cases.append(
                {
                    "door": door.hex(),
                    "noise": noise.hex(),
                    "one_time": one_time and one_time.hex(),
                    "server": server and server.hex(),
                    "bytes": full.hex(),
                    "text": text,
                    "hash": sha256(b"undertone/1 invitation" + body).hex(),
                }
            )
    return cases


def prologues():
    cases = []
    for name, (byte, pattern) in PURPOSES.items():
        for versions in ([1], [1, 2, 3]):
            invitation = counting(0x11) if pattern == XK else b""
            door, nonce = counting(0x21), counting(0x31, 16)
            prologue = (
                b"undertone/1 link" + lp(pattern) + bytes([byte]) + lp(bytes(versions)) + door + nonce + lp(invitation)
            )
            cases.append(
                {
                    "purpose": name,
                    "pattern": pattern.decode(),
                    "versions": versions,
                    "door": door.hex(),
                    "nonce": nonce.hex(),
                    "invitation": invitation.hex(),
                    "output": prologue.hex(),
                }
            )
    return cases


def handshakes():
    root, ik, prov = counting(0x41), counting(0x42), counting(0x43)
    key, ciphertext, shared = counting(0x44, 1184), counting(0x45, 1088), counting(0x46)
    kem = hash_(b"kem", key, ciphertext)
    bound = extract(kem, shared)
    hints = []
    for name, (byte, _) in PURPOSES.items():
        for dialer in "AB":
            door, nonce = counting(0x47), counting(0x48, 16)
            full = mac(expand(root, b"dial hint", dialer.encode()), b"dial hint", nonce, door, bytes([byte]))
            hints.append(
                {"root": root.hex(), "dialer": dialer, "nonce": nonce.hex(), "door": door.hex(), "purpose": name, "output": full[:16].hex()}
            )
    return {
        "prologue": prologues(),
        "psk0": [
            {"name": "knock psk", "key": ik.hex(), "output": expand(ik, b"knock psk").hex()},
            {"name": "knock psk", "key": bytes(32).hex(), "output": expand(bytes(32), b"knock psk").hex()},
            {"name": "accept psk", "key": prov.hex(), "output": expand(prov, b"accept psk").hex()},
            {"name": "link psk", "key": root.hex(), "output": expand(root, b"link psk").hex()},
        ],
        "psk2": [
            {
                "key": key.hex(),
                "ciphertext": ciphertext.hex(),
                "shared": shared.hex(),
                "kem_hash": kem.hex(),
                "bound": bound.hex(),
                "output": expand(bound, b"psk2").hex(),
            }
        ],
        "dial_hint": hints,
    }


def requests():
    cases = []
    for ik in (bytes(32), counting(0x51)):
        invitation, link, request, random_a = counting(0x52), counting(0x53), counting(0x54, 1500), counting(0x55)
        th_req = hash_(b"request", invitation, link, request)
        cases.append(
            {
                "invitation": invitation.hex(),
                "link": link.hex(),
                "request": request.hex(),
                "random_a": random_a.hex(),
                "ik": ik.hex(),
                "th_req": th_req.hex(),
                "prov": extract(th_req, random_a, ik).hex(),
            }
        )
    return cases


def contacts():
    th_req, accept, shared = counting(0x61), counting(0x62, 1400), counting(0x63)
    random_a, random_b = counting(0x64), counting(0x65)
    th = hash_(b"contact", th_req, accept)
    root = extract(th, shared, random_a, random_b)
    return [
        {
            "th_req": th_req.hex(),
            "accept": accept.hex(),
            "shared": shared.hex(),
            "random_a": random_a.hex(),
            "random_b": random_b.hex(),
            "th": th.hex(),
            "root": root.hex(),
            "pair": hash_(b"pair", th)[:16].hex(),
            "confirm_a": mac(expand(root, b"confirm", b"A"), b"confirm", th).hex(),
            "confirm_b": mac(expand(root, b"confirm", b"B"), b"confirm", th).hex(),
            "link_root": expand(root, b"link root").hex(),
            "seal_root": expand(root, b"seal root").hex(),
            "recovery_root": expand(root, b"recovery root").hex(),
        }
    ]


def restores():
    link, restore, restored = counting(0x66), counting(0x67, 1400), counting(0x68, 1300)
    shared, random, answer = counting(0x69), counting(0x6A), counting(0x6B)
    th = hash_(b"restore", link, restore, restored)
    root = extract(th, shared, random, answer)
    return [
        {
            "link": link.hex(),
            "restore": restore.hex(),
            "restored": restored.hex(),
            "shared": shared.hex(),
            "random": random.hex(),
            "answer_random": answer.hex(),
            "th": th.hex(),
            "root": root.hex(),
            "seal_root": expand(root, b"seal root").hex(),
        }
    ]


def copies():
    secret = counting(0x6D)
    return [
        {
            "copies": secret.hex(),
            "generation": generation,
            "proof": expand(secret, b"copy", generation.to_bytes(4, "big")).hex(),
        }
        for generation in (1, 1023)
    ]


def recoveries():
    root = counting(0x6C)
    cases = []
    for dialling, week in (("A>B", 2968), ("B>A", 2968), ("A>B", 2969)):
        context = (dialling.encode(), week.to_bytes(4, "big"))
        cases.append(
            {
                "recovery_root": root.hex(),
                "dialling": dialling,
                "week": week,
                "seed": expand(root, b"recovery door", *context).hex(),
                "reader": expand(root, b"recovery reader", *context).hex(),
            }
        )
    return cases


def seals():
    cases = []
    for direction, epoch, olm_type, olm in (
        ("A>B", 0, 0, b"the first"),
        ("B>A", 0, 1, b""),
        ("A>B", 1, 1, counting(9, 908)),
        ("B>A", 0x01020304, 1, counting(9, 907)),
    ):
        root, pair, nonce, offset = counting(0x71), counting(0x72, 16), counting(0x73, 24), 86_400
        plaintext = struct.pack(">IBI", offset, olm_type, len(olm)) + olm
        plaintext += bytes(-(len(plaintext) + 40) % 956)
        key = expand(root, b"seal", direction.encode())
        associated = b"undertone/1 seal" + pair + direction.encode() + struct.pack(">I", epoch)
        cases.append(
            {
                "root": root.hex(),
                "pair": pair.hex(),
                "direction": direction,
                "epoch": epoch,
                "offset": offset,
                "olm_type": olm_type,
                "olm": olm.hex(),
                "nonce": nonce.hex(),
                "key": key.hex(),
                "associated": associated.hex(),
                "sealed": (nonce + xchacha20poly1305(key, nonce, plaintext, associated)).hex(),
            }
        )
    return cases


def rekeys():
    root, key, ciphertext, shared = counting(0x81), counting(0x82, 1184), counting(0x83, 1088), counting(0x84)
    return [
        {
            "root": root.hex(),
            "key": key.hex(),
            "ciphertext": ciphertext.hex(),
            "shared": shared.hex(),
            "next": extract(root, shared, hash_(b"kem", key, ciphertext)).hex(),
        }
    ]


def verifications():
    pair, noise_a, noise_b = counting(0x91, 16), counting(0x92), counting(0x93)
    hashes = [
        hashlib.sha512(b"undertone/1 verify" + pair + role + noise).digest()
        for role, noise in ((b"A", noise_a), (b"B", noise_b))
    ]
    blocks = [
        "%05d" % (int.from_bytes(one[at : at + 5], "big") % 100_000) for one in hashes for at in range(0, 30, 5)
    ]
    return [
        {
            "pair": pair.hex(),
            "noise_a": noise_a.hex(),
            "noise_b": noise_b.hex(),
            "digits": " ".join(blocks),
            "qr_of_a": (b"\1A" + b"".join(hashes)).hex(),
            "qr_of_b": (b"\1B" + b"".join(hashes)).hex(),
        }
    ]


def vectors():
    return {
        **conventions(),
        "invitations": invitations(),
        **handshakes(),
        "requests": requests(),
        "contacts": contacts(),
        "restores": restores(),
        "copies": copies(),
        "recoveries": recoveries(),
        "seals": seals(),
        "rekeys": rekeys(),
        "verifications": verifications(),
    }


def main():
    check_xchacha20poly1305()
    text = json.dumps(vectors(), indent=2) + "\n"
    match sys.argv[1:]:
        case []:
            print(text, end="")
        case ["--write"]:
            FILE.write_text(text)
        case ["--check"]:
            if FILE.read_text() != text:
                sys.exit("v1/derivations.json is not what the formulas give")
        case _:
            sys.exit("usage: derive.py [--check | --write]")


if __name__ == "__main__":
    main()
