"""One trading story that every client tells with its own words, and the account of it that must come out the same.

The market stands still but for the steps that a story takes over the control API, so that every client meets the same
prices at the same moments. What a client has heard it prints; `scripts/test-clients` compares it with
`paper/tests/golden/agreement.txt`, and `paper/tests/ibapi_client/agreement.rs` tells the story too.
"""

import sys
import urllib.request

# What is traded: symbol, action, shares, order type, a price as a part of the close of the day before, seconds afterwards.
CLOSES = {"AAPL": 128.24, "IBM": 119.42}
TRADES = [
    ("AAPL", "BUY", 137, "MKT", None, 5),
    ("IBM", "BUY", 60, "LMT", 1.2, 7),
    ("AAPL", "SELL", 37, "LMT", 0.5, 3),
    ("AAPL", "BUY", 951, "MKT", None, 30),
    ("IBM", "SELL", 100, "MKT", None, 11),
    ("AAPL", "SELL", 400, "STP", 2.0, 30),
]


def price(symbol, part):
    return None if part is None else round(CLOSES[symbol] * part, 2)


def step(control, seconds):
    """Lets the market go on, and waits until it has."""
    urllib.request.urlopen(urllib.request.Request(f"http://{control}/step?seconds={seconds}", method="POST")).read()
    urllib.request.urlopen(f"http://{control}/state").read()


def tell(fills, commissions, positions, profit, net_liquidation):
    """Prints the account: fills as (symbol, side, shares, price), commissions as (paid, realized), the rest by its name."""
    if len(fills) < len(TRADES) or len(commissions) != len(fills):
        sys.exit(f"the story did not happen: {fills} {commissions}")
    for (symbol, side, shares, at), (paid, realized) in zip(fills, commissions):
        print(f"{symbol} {side} {float(shares):g} at {at:.4f}, commission {paid:.4f}, realized {realized:.4f}")
    for symbol, (held, cost) in sorted(positions.items()):
        print(f"{symbol} held {float(held):g} at {cost:.4f}")
    daily, unrealized, realized = profit
    print(f"profit {daily:.4f} of the day, {unrealized:.4f} unrealized, {realized:.4f} realized")
    print(f"net liquidation {net_liquidation}")
