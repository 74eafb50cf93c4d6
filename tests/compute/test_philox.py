"""The generator reproduces the published vectors; an address names exactly one number."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

# Counter words, key words and result from the file kat_vectors of Random123 (doi:10.1145/2063384.2063405).
KNOWN_ANSWERS = {
    "zeros": (
        "00000000 00000000 00000000 00000000 00000000 00000000",
        "6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    ),
    "ones": (
        "ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff",
        "408f276d 41c83b0e a20bc7c6 6d5451fd",
    ),
    "pi": (
        "243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0",
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
}


def words_of(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


def philox_in_python(counter, key):
    """Compute a block in unbounded integers, from the definition in the paper."""
    c, k = list(counter), list(key)
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 % 2**32, (p0 >> 32) ^ c[3] ^ k[1], p0 % 2**32]
        k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
    return c


@pytest.mark.parametrize("name", KNOWN_ANSWERS)
def test_known_answer(sampled, name):
    given, expected = KNOWN_ANSWERS[name]
    words = np.array([words_of(given)], dtype=np.uint64)
    sampled.fill_block.launch(1, words)
    assert words[0, :4].tolist() == words_of(expected)


def test_random_blocks_equal_the_definition(sampled):
    words = np.random.default_rng(1).integers(0, 2**32, size=(500, 6), dtype=np.uint64)
    expected = [philox_in_python(row[:4].tolist(), row[4:].tolist()) for row in words]
    sampled.fill_block.launch(len(words), words)
    assert words[:, :4].tolist() == expected


def test_address_words_go_where_the_contract_says():
    from paget.compute.philox import words

    seed, patient, part, decision, step, block = 2**40 + 5, 123456, 7, 42, -1, 3
    counter = (2**32 - 1, part, patient, decision * 2**16 + block)
    expected = philox_in_python(counter, (5, 2**8))
    assert list(words(seed, patient, part, decision, step, block)) == expected


@pytest.mark.parametrize("seed", [0, 1, -1, 2**40, np.uint64(2**63 + 1)])
def test_neighbouring_addresses_give_different_numbers(seed):
    from paget.compute.random import uniform

    addresses = list(itertools.product(range(4), range(4), range(4), [-1, 0, 1]))
    numbers = {uniform(seed, *address) for address in addresses}
    assert len(numbers) == len(addresses)


def test_high_and_low_half_of_the_seed_both_matter():
    from paget.compute.random import uniform

    assert len({uniform(seed, 1, 2, 3, 4) for seed in (0, 1, 2**32, 2**32 + 1)}) == 4


def test_units_stay_inside_the_open_interval():
    from paget.compute.philox import unit_from_word, unit_from_words

    largest = np.uint64(2**32 - 1)
    for number in (unit_from_word(np.uint64(0)), unit_from_words(np.uint64(0), np.uint64(0))):
        assert 0.0 < number < 1e-9
    for number in (unit_from_word(largest), unit_from_words(largest, largest)):
        assert 1.0 - 1e-9 < number < 1.0
