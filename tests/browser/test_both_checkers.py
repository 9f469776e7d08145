"""Two checkers that share no code, one in Python and one in the browser, agree on everything they compute."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

BATCH = 100
CHECK = """async ([rows, chains]) => {
    const { check } = await import("/static/js/verify/check.js");
    const { unhex } = await import("/static/js/verify/bytes.js");
    const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const answers = [];
    for (const { data, chain, round } of rows) {
        const options = { ...(chain && { chain: chains[chain] }) };
        if (round) options.round = { round: round.round, signature: unhex(round.signature) };
        const { failed, values } = await check(bytes(data), options);
        answers.push({ failed, values });
    }
    return answers;
}"""
