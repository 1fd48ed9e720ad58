"""The common story, told by the official Python client.

    agree_official.py HOST PORT CONTROL [VERSION]
"""

import sys
import threading

import ibapi.client
from agreement import TRADES, price, step, tell
from official_client import Story, order, stock


class Teller(Story):
    def __init__(self):
        super().__init__()
        self.fills, self.profit = [], None

    def until(self, what, holds):
        """Waits until something holds, and says nothing: the account is all that goes to stdout."""
        with self.news:
            if not self.news.wait_for(holds, 60):
                sys.exit(f"{what}: it never came; last errors {self.errors[-3:]}")

    def execDetails(self, reqId, contract, execution):
        self.told(lambda: self.fills.append((contract.symbol, execution)))

    def pnl(self, reqId, dailyPnL, unrealizedPnL, realizedPnL):
        self.told(lambda: setattr(self, "profit", (dailyPnL, unrealizedPnL, realizedPnL)))

    def settle(self):
        """Waits until everything said before has been heard."""
        self.now = None
        self.reqCurrentTime()
        self.until("the time", lambda: self.now)


def main(host, port, control):
    teller = Teller()
    teller.connect(host, port, clientId=3)
    threading.Thread(target=teller.run, daemon=True).start()
    teller.until("the first id", lambda: teller.next_id and teller.accounts)
    step(control, 900)
    for number, (symbol, action, shares, kind, part, seconds) in enumerate(TRADES):
        teller.placeOrder(teller.next_id + number, stock(symbol), order(action, shares, kind, price(symbol, part)))
        teller.settle()
        step(control, seconds)
        teller.settle()
    teller.reqPositions()
    teller.until("positions", lambda: ("positions", None) in teller.ended)
    teller.reqPnL(1, teller.accounts.strip(","), "")
    teller.until("profit and loss", lambda: teller.profit)
    teller.reqAccountSummary(2, "All", "NetLiquidation")
    teller.until("the summary", lambda: ("summary", 2) in teller.ended)
    fills = [(symbol, one.side, one.shares, one.price) for symbol, one in teller.fills]
    paid = [teller.commissions[one.execId] for _, one in teller.fills]
    commissions = [(report.commissionAndFees, report.realizedPNL) for report in paid]
    positions = {symbol: held[1:] for symbol, held in teller.positions.items()}
    tell(fills, commissions, positions, teller.profit, teller.summary["NetLiquidation"])
    teller.disconnect()


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    if len(sys.argv) == 5:
        ibapi.client.MAX_CLIENT_VER = int(sys.argv[4])
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
