"""How large a body may be is the contract's to say."""

import pytest

from contracts.bodies import UnreadableBody
from contracts.openapi import BrokenOpenapi
from tests.contracts.toy import contract, found, openapi_text, ring

LIMITED = openapi_text().replace("        required: true\n", "        required: true\n        x-max-bytes: 20\n", 1)


def test_body_of_the_limit_passes_and_one_byte_more_does_not(tmp_path):
    """A body that is too large breaks the clause too-large, whatever stands in it."""
    toy = contract(tmp_path, openapi=LIMITED)

    assert found(toy.check(ring(b'{"bell": "abcdefgh"}'))) == []
    assert found(toy.check(ring(b'{"bell": "abcdefgh"} '))) == [("too-large", "", "error")]


def test_body_that_is_too_large_is_not_decoded(tmp_path):
    """Whoever decodes it is told the clause."""
    toy = contract(tmp_path, openapi=LIMITED)

    with pytest.raises(UnreadableBody, match="21 bytes, expected at most 20 bytes") as caught:
        toy.decode(toy.operations["ring"], b"{" + b" " * 20, "application/json")

    assert caught.value.clause == "too-large"


@pytest.mark.parametrize("most", ["0", "-1", "big", "true", "1.5"])
def test_limit_that_is_no_size_is_refused(tmp_path, most):
    """A limit is a whole number of bytes."""
    with pytest.raises(BrokenOpenapi, match="x-max-bytes"):
        contract(tmp_path, openapi=LIMITED.replace("x-max-bytes: 20", f"x-max-bytes: {most}"))
