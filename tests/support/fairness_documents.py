"""Random draws as the site publishes them: whole documents, and the whole log of a site, the same for a seed.

`python -m tests.support.fairness_documents OUT --count 2000 --seed 1` writes them into a folder, with an
`index.json` that says of each file which beacon signed its round and what became of the draw. Whoever checks
them here and in a browser checks the same bytes.
"""

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from draws import fairness
from draws.fairness import QUICKNET, Chain, Mode, Policy, VoidCode
from tests.support.signing import DEFAULT_SECRET, beacon_chain, sign

ORIGIN = "https://lucky11.example"
RECORDED = json.loads((Path(__file__).parents[1] / "vectors" / "drand_rounds.json").read_text("utf-8"))[
    "rounds"
]
QUICKNET_ROUNDS = {
    entry["round"]: bytes.fromhex(entry["signature"]) for entry in RECORDED if entry["chain"] == QUICKNET.name
}
OWN_ROUNDS = 12  # of the tests' own chain; each is signed once
WORDS = [
    "Émile’s bicycle",
    'A "quoted" title',
    "back\\slash",
    "🎟🎟",
    "e\u0301",
    "\u2028",
    "</script>",
    "券",
    "a/b",
]
REASONS = ["The prize was not claimed in time.", "Under age.", 'Said "no", 🙅.']
LATER_REASONS = [*REASONS, "The winner closed their account."]
LATER_DRAW, LATER_LOG = "lucky11-draw/1.1", "lucky11-log/1.1"
DAY = 86_400


@dataclass
class Published:
    """A draw's document without its log, the records it wrote, and what a test may want to know of it."""

    document: dict[str, Any]
    records: list[tuple[int, str, bytes]]
    chain: Chain | None
    signature: bytes
    redraws: list[tuple[int, int | None, str]]
    players: dict[str, tuple[bytes, bytes]]  # salt and ref by user id

    @property
    def outcome(self) -> str:
        """What became of the draw: `drawn`, or the label of its void code."""
        return self.document["void"]["code"] if self.document["void"] else "drawn"


def document(seed: int, later: bool = False) -> Published:
    """A finished draw of a site with other draws: its document, complete; with `later` of version 1.1."""
    chance = random.Random(seed)
    return logged(chance, draw(chance, seq=chance.randrange(1, 1000), later=later))


def crowd(*, total: int, holders: int, winners: int, seed: int) -> Published:
    """A draw of many tickets with quicknet's round: one holder has what the others leave, one ticket each."""
    chance = random.Random(seed)
    made = _Crowd(chance, total, holders, winners)
    made.freeze()
    made.settle()
    return logged(chance, made.published())


def logged(chance: random.Random, published: Published) -> Published:
    """The draw with its records in the log of a site that has other draws."""
    n, head, log = chance.randrange(3, 10_000), chance.randbytes(32), []
    for time, kind, record_hash in published.records:
        if chance.random() < 0.7:
            n, head = n + chance.randrange(1, 9), chance.randbytes(32)  # other draws' records between
        log.append(record(n, time, kind, record_hash, head))
        n, head = n + 1, bytes.fromhex(log[-1]["head"])
    published.document["log"] = log
    return published


def site(seed: int, draws: int, later: bool = False) -> tuple[list[Published], dict[str, Any]]:
    """Draws of one site, complete, and that site's whole log."""
    chance = random.Random(seed)
    published = [draw(chance, seq, later) for seq in range(1, draws + 1)]
    for one in published:
        one.document["log"] = []
    # All open before anything else happens, in the order of their seq; the rest is in the order of time.
    first = min(time for one in published for time, _, _ in one.records) - draws
    for number, one in enumerate(published):
        one.records[0] = (first + number, *one.records[0][1:])
    written = [(one, *written) for one in published for written in one.records]
    head, records = fairness.site_head(ORIGIN), list[dict[str, Any]]()
    for one, time, kind, record_hash in sorted(written, key=lambda each: each[1]):
        entry = record(len(records) + 1, time, kind, record_hash, head)
        head = bytes.fromhex(entry["head"])
        one.document["log"].append(entry)
        seq = {"seq": one.document["open"]["seq"]} if kind == "open" else {}
        records.append({**entry, "draw_id": one.document["draw_id"], **seq})
    version = LATER_LOG if later else "lucky11-log/1"
    return published, {"v": version, "origin": ORIGIN, "head": head.hex(), "records": records}


def record(n: int, time: int, kind: str, record_hash: bytes, prev: bytes) -> dict[str, Any]:
    """A record of the log as documents show it."""
    head = fairness.log_head(prev, n, time, kind, record_hash)
    hashes = {"record_hash": record_hash.hex(), "prev": prev.hex(), "head": head.hex()}
    return {"n": n, "time": time, "kind": kind, **hashes}


def log_text(log: dict[str, Any]) -> bytes:
    """The log as the site writes it: a record a line."""
    top = json.dumps({key: log[key] for key in ("v", "origin", "head")}, ensure_ascii=False)
    rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in log["records"])
    return f'{top[:-1]},"records":[\n{rows}\n]}}\n'.encode()


def text(value: dict[str, Any]) -> bytes:
    """A document as the site writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def draw(chance: random.Random, seq: int, later: bool = False) -> Published:
    """One finished draw of a random kind, without its log."""
    made = _Later(chance, seq) if later else _Draw(chance, seq)
    after_freezing = made.mode is Mode.BEACON and chance.random() < 0.15
    if chance.random() < 0.2:
        made.void(chance.choice(list(VoidCode)[:4]))
    elif after_freezing:
        made.freeze()
        made.void(VoidCode.BEACON_MISSING)
        if chance.random() < 0.3:
            made.document["beacon"] = {"round": made.round, "signature": made.signature.hex()}
    else:
        made.freeze()
        made.settle()
    return made.published()


class _Draw:
    """A draw on its way from opening to its end."""

    def __init__(self, chance: random.Random, seq: int) -> None:
        self.chance = chance
        self.seed, self.secret = chance.randbytes(32), chance.randbytes(32)
        self.draw_id = chance.randbytes(16)
        self._choose_beacon()
        self._sell_tickets()
        self._choose_rules()
        self.redraws: list[tuple[int, int | None, str]] = []
        self._open(seq)

    def _choose_beacon(self) -> None:
        chance = self.chance
        kind = chance.choice(["own", "own", "quicknet", "local", "local"])
        self.mode = Mode.LOCAL if kind == "local" else Mode.BEACON
        self.chain: Chain | None = None
        self.round, self.signature = 0, b""
        self.freeze_by = chance.randrange(1_700_000_000, 1_900_000_000)
        if kind == "own":
            self.chain = beacon_chain(DEFAULT_SECRET)
            self.round = 1_000_000 + chance.randrange(OWN_ROUNDS)
            self.signature = sign(DEFAULT_SECRET, self.round)
        elif kind == "quicknet":
            self.chain = QUICKNET
            self.round = chance.choice(sorted(QUICKNET_ROUNDS))
            self.signature = QUICKNET_ROUNDS[self.round]
        if self.chain:
            self.freeze_by = self.chain.round_time(self.round) - 60 - chance.randrange(self.chain.period)
        self.closes_at = self.freeze_by - chance.choice([120, 120, 0, 3600, chance.randrange(3601)])

    def _sell_tickets(self) -> None:
        chance = self.chance
        names = [f"player-{i}" for i in range(chance.choice([1, 2, 5, chance.randrange(1, 120)]))]
        salts = {name: fairness.entry_salt(self.secret, name) for name in names}
        self.players = {
            name: (salt, fairness.entry_ref(self.draw_id, salt, name)) for name, salt in salts.items()
        }
        each = chance.choice([1, 2, chance.randrange(1, 20)])
        held = [self.players[name][1] for name in names for _ in range(chance.randrange(1, each + 1))]
        chance.shuffle(held)
        self.refs, self.each = held, each

    def _choose_rules(self) -> None:
        chance = self.chance
        self.policy = chance.choice(list(Policy))
        self.winners = chance.choice([1, 1, 2, 3, chance.randrange(1, 30)])
        self.reserves = chance.choice([0, 1, 3, chance.randrange(30)])

    def _open(self, seq: int) -> None:
        chance, chain = self.chance, self.chain
        total = len(self.refs)
        terms: dict[str, object] = {
            "title": " ".join(chance.sample(WORDS, chance.randrange(1, 4))),
            "entry_fee": chance.randrange(100),
            "max_participants": chance.choice([total, total + 1, total + 10_000]),
            "max_per_player": chance.choice([self.each, self.each + 3]),
            "min_participants": chance.choice([0, 1, total]),
            "prize_amount": f"{chance.randrange(10_000)}.{chance.randrange(100):02}",
            "prize_coins": chance.choice([0, chance.randrange(2**53)]),
            **self.later_terms(),
        }
        beacon = fairness.BeaconRound(chain.chain_hash, chain.scheme, self.round) if chain else None
        opened = fairness.OpenRecord(
            draw_id=self.draw_id,
            seq=seq,
            mode=self.mode,
            closes_at=self.closes_at,
            freeze_by=self.freeze_by,
            beacon=beacon,
            winners=self.winners,
            reserves=self.reserves,
            policy=self.policy,
            terms=fairness.canonical_terms(terms),
            seed_commit=fairness.seed_commit(self.draw_id, self.seed),
        )
        self.open_hash, self.frozen = opened.open_hash(), b""
        self.records = [(self.closes_at - chance.randrange(1, 1_000_000), "open", self.open_hash)]
        self.document = self._document(opened, terms)

    def later_terms(self) -> dict[str, int]:
        """What a later version seals besides."""
        return {}

    def _document(self, opened: fairness.OpenRecord, terms: dict[str, object]) -> dict[str, Any]:
        beacon = opened.beacon
        head = {
            "seq": opened.seq,
            "mode": opened.mode.label,
            "closes_at": opened.closes_at,
            "freeze_by": opened.freeze_by,
            "beacon": beacon
            and {"chain_hash": beacon.chain_hash.hex(), "scheme": beacon.scheme, "round": beacon.round},
            "winners": opened.winners,
            "reserves": opened.reserves,
            "policy": opened.policy.label,
            "terms": terms,
            "seed_commit": opened.seed_commit.hex(),
            "open_hash": self.open_hash.hex(),
        }
        later = dict.fromkeys(
            ("server_seed", "entries", "freeze", "beacon", "winners", "result_hash", "void", "log")
        )
        return {"v": "lucky11-draw/1", "draw_id": self.draw_id.hex(), "open": head, **later}

    def published(self) -> Published:
        """The draw as it is now."""
        return Published(self.document, self.records, self.chain, self.signature, self.redraws, self.players)

    def freeze(self) -> None:
        """Number the tickets and freeze the list."""
        root = fairness.ticket_root(self.refs)
        self.frozen = fairness.freeze_hash(self.mode, self.open_hash, root, len(self.refs), self.seed)
        self.document["entries"] = [ref.hex() for ref in self.refs]
        self.document["freeze"] = {
            "root": root.hex(),
            "total": len(self.refs),
            "freeze_hash": self.frozen.hex(),
        }
        if self.mode is Mode.BEACON:
            self.document["server_seed"] = self.seed.hex()
        self.records.append(
            (self.chance.randrange(self.closes_at, self.freeze_by + 1), "freeze", self.frozen)
        )

    def settle(self) -> None:
        """Draw the winners, and pass some prizes on."""
        prk = fairness.pick_key(self.mode, self.frozen, self.signature, self.seed)
        places = fairness.pick_winners(
            prk, self.refs, winners=self.winners, reserves=self.reserves, policy=self.policy
        )
        result = fairness.result_hash(self.mode, self.frozen, self.signature, self.seed, places)
        beacon = {"round": self.round, "signature": self.signature.hex()} if self.chain else None
        self.document.update(
            server_seed=self.seed.hex(), beacon=beacon, winners=places, result_hash=result.hex()
        )
        self.records.append((self.freeze_by + 63, "result", result))
        self.pass_on(places, result)

    def pass_on(self, places: list[int], result: bytes) -> None:
        """Pass some prizes on."""
        most = max(0, len(places) - self.winners)
        for reserve in range(self.winners, self.winners + self.chance.choice([0, 0, min(1, most), most])):
            failed, reason = self.chance.randrange(reserve), self.chance.choice(REASONS)
            self.redraws.append((failed, reserve, reason))
            digest = fairness.redraw_hash(result, failed, reserve, reason)
            self.records.append((self.freeze_by + 100_000 + reserve, "redraw", digest))

    def void(self, code: VoidCode) -> None:
        """End the draw without winners, for a reason that its terms and its time allow."""
        if code is VoidCode.BELOW_MINIMUM and self.document["open"]["terms"]["min_participants"] < 2:
            code = VoidCode.NO_TICKETS
        reason = self.chance.choice(REASONS)
        self.list_for(code)
        digest = fairness.void_hash(self.open_hash, self.frozen or None, code, reason)
        self.document["void"] = {"code": code.label, "reason": reason, "record_hash": digest.hex()}
        self.records.append((self._ends(code), "void", digest))

    def list_for(self, code: VoidCode) -> None:
        """What a later version publishes of a draw that is void before freezing."""

    def _ends(self, code: VoidCode) -> int:
        if code is VoidCode.CANCELLED:
            return self.chance.randrange(self.records[-1][0], self.closes_at)
        if code is VoidCode.BEACON_MISSING and self.chain:
            return self.chain.round_time(self.round) + 7 * 86_400
        at = self.closes_at + self.chance.randrange(7 * 86_400)
        return max(at, self.freeze_by) if code is VoidCode.NOT_FROZEN_IN_TIME else at


class _Later(_Draw):
    """A draw whose document is of version 1.1; now and then it was opened before that."""

    def __init__(self, chance: random.Random, seq: int) -> None:
        self.sealed_so = chance.random() < 0.8
        super().__init__(chance, seq)
        self.document |= {"v": LATER_DRAW, "listed": None, "passes": None}

    def later_terms(self) -> dict[str, int]:
        self.days, self.most = self.chance.choice([0, 1, 14]), self.chance.choice([0, 1, self.winners])
        return {"claim_days": self.days, "disqualify": self.most} if self.sealed_so else {}

    def pass_on(self, places: list[int], result: bytes) -> None:
        since = self.records[-1][0]
        holds = dict.fromkeys(range(min(self.winners, len(places))), since)
        reserves = iter(range(self.winners, len(places)))
        self.document["passes"], left = [], self.most if self.sealed_so else 1000
        for _ in range(self.chance.choice([0, 0, 1, len(places)])):
            if not holds:
                break
            failed, to = self.chance.choice(list(holds)), next(reserves, None)
            reason = self.chance.choice(LATER_REASONS)
            if reason in REASONS[1:]:
                reason, left = (reason, left - 1) if left else (REASONS[0], left)
            gained = holds.pop(failed)
            since = max(since + 1, gained + self.days * DAY if reason == REASONS[0] else 0)
            if to is not None:
                holds[to] = since
            self._passed(failed, to, reason, since, result)

    def _passed(self, failed: int, to: int | None, reason: str, at: int, result: bytes) -> None:
        code = fairness.PassCode.of(reason).label
        self.document["passes"].append({"from": failed, "to": to, "code": code, "reason": reason})
        self.redraws.append((failed, to, reason))
        if to is None:
            self.records.append((at, "lapse", fairness.lapse_hash(result, failed, reason)))
        else:
            self.records.append((at, "redraw", fairness.redraw_hash(result, failed, to, reason)))

    def list_for(self, code: VoidCode) -> None:
        if self.frozen or code is VoidCode.NO_TICKETS:
            return
        if code is VoidCode.BELOW_MINIMUM:
            del self.refs[max(1, self.document["open"]["terms"]["min_participants"] - 1) :]
        root = fairness.ticket_root(self.refs)
        self.frozen = fairness.freeze_hash(self.mode, self.open_hash, root, len(self.refs), self.seed)
        self.document["listed"] = {"root": root.hex(), "total": len(self.refs)}
        self.document |= {"entries": [ref.hex() for ref in self.refs], "server_seed": self.seed.hex()}


class _Crowd(_Draw):
    """A large draw on its way."""

    def __init__(self, chance: random.Random, total: int, holders: int, winners: int) -> None:
        self.total, self.holders, self.winners = total, holders, winners
        super().__init__(chance, 1)

    def _choose_beacon(self) -> None:
        self.mode, self.chain, self.round = Mode.BEACON, QUICKNET, 1000
        self.signature = QUICKNET_ROUNDS[self.round]
        self.freeze_by = QUICKNET.round_time(self.round) - 60
        self.closes_at = self.freeze_by - 120

    def _sell_tickets(self) -> None:
        refs = [self.chance.randbytes(32) for _ in range(self.holders)]
        self.each = self.total - self.holders + 1
        self.refs, self.players = refs[:1] * (self.each - 1) + refs, {}
        self.chance.shuffle(self.refs)

    def _choose_rules(self) -> None:
        self.policy, self.reserves = Policy.ONE_PRIZE_PER_PLAYER, 0


def documents(seed: int, count: int, later: bool = False) -> Iterator[Published]:
    """So many documents of different kinds."""
    return (document(seed * 1_000_003 + number, later) for number in range(count))


def describe(name: str, published: Published) -> dict[str, Any]:
    """What the index says of a file; `signature` is its round's, whether the document has it or not."""
    return {
        "file": name,
        "chain": published.chain and published.chain.name,
        "outcome": published.outcome,
        "winners": published.document["winners"],
        "signature": published.signature.hex(),
        "redraws": published.redraws,
    }


def write(folder: Path, seed: int, count: int) -> None:
    """Write documents, their index and the log of another site into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    index = []
    for number, published in enumerate(documents(seed, count)):
        name = f"{number:05}-{published.outcome}.json"
        (folder / name).write_bytes(text(published.document))
        index.append(describe(name, published))
    chain = beacon_chain(DEFAULT_SECRET)
    parameters = {
        "name": chain.name,
        "chain_hash": chain.chain_hash.hex(),
        "scheme": chain.scheme,
        "period": chain.period,
        "genesis": chain.genesis,
        "public_key": chain.public_key.hex(),
        "group_hash": chain.group_hash.hex(),
    }
    whole = {"seed": seed, "chains": {chain.name: parameters}, "documents": index}
    (folder / "index.json").write_text(json.dumps(whole, indent=1, ensure_ascii=False), "utf-8")
    (folder / "log.json").write_bytes(log_text(site(seed, 20)[1]))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write(options.out, options.seed, options.count)


if __name__ == "__main__":
    main()
