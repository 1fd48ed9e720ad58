"""Every request of the official Python client (package `ibapi-latest`) as the bytes it would send, one a line.

    record_requests.py VERSION

VERSION is the server version that the client is told; 178 makes it write text. A line is the message id, the client's
method and the body: hexadecimal, or text with `|` for its NULs. Nothing is connected to. The files in `paper/tests/golden`
were written by this.
"""

import sys
from decimal import Decimal
from inspect import signature

from ibapi.client import EClient
from ibapi.common import WshEventData
from ibapi.contract import Contract
from ibapi.execution import ExecutionFilter
from ibapi.order import Order
from ibapi.order_cancel import OrderCancel
from ibapi.order_condition import Create, OrderCondition
from ibapi.protobuf.ConfigRequest_pb2 import ConfigRequest
from ibapi.protobuf.UpdateConfigRequest_pb2 import UpdateConfigRequest
from ibapi.scanner import ScannerSubscription
from ibapi.wrapper import EWrapper


class Tape:
    """A connection that keeps what is sent over it."""

    def __init__(self):
        self.bodies = []

    def isConnected(self):
        return True

    def sendMsg(self, message):
        # A frame is its length and its body.
        self.bodies.append(message[4:])


def stock():
    contract = Contract()
    contract.symbol, contract.secType, contract.exchange, contract.currency = "AAPL", "STK", "SMART", "USD"
    return contract


def order():
    one = Order()
    one.action, one.totalQuantity, one.orderType, one.lmtPrice, one.tif = "BUY", Decimal(100), "LMT", 100.5, "GTC"
    one.orderRef, one.ocaGroup, one.ocaType, one.account = "golden", "group", 3, "DSIM0001"
    one.auxPrice, one.trailStopPrice, one.minQty, one.displaySize, one.triggerMethod = 99.5, 98.5, 10, 50, 7
    one.goodAfterTime, one.goodTillDate = "20080929 10:00:00 US/Eastern", "20081003 10:00:00 US/Eastern"
    one.adjustedOrderType, one.triggerPrice, one.adjustedStopPrice, one.adjustedStopLimitPrice = "TRAIL", 110.0, 101.0, 100.0
    one.adjustedTrailingAmount, one.adjustableTrailingUnit, one.lmtPriceOffset = 2.0, 0, 0.5
    condition = Create(OrderCondition.Price)
    condition.conId, condition.exchange, condition.isMore, condition.price, condition.triggerMethod = 265598, "SMART", True, 90.0, 0
    one.conditions = [condition]
    return one


def executions(days):
    one = ExecutionFilter()
    one.clientId, one.acctCode, one.time, one.symbol = 1, "DSIM0001", "20080929-10:00:00", "AAPL"
    one.secType, one.exchange, one.side, one.lastNDays = "STK", "SMART", "BUY", days
    return one


def scan():
    one = ScannerSubscription()
    one.instrument, one.locationCode, one.scanCode = "STK", "STK.US.MAJOR", "TOP_PERC_GAIN"
    return one


# What each parameter is given, by its name.
VALUES = {
    "contract": stock, "order": order, "orderCancel": OrderCancel, "subscription": scan,
    "wshEventData": WshEventData,
    "orderId": 7, "reqId": 7, "tickerId": 7, "conid": 265598, "underlyingConId": 265598, "numIds": 1, "marketRuleId": 26,
    "marketDataType": 1, "logLevel": 2, "groupId": 1, "faData": 1, "faDataType": 1, "formatDate": 2, "numberOfTicks": 10,
    "numRows": 5, "barSize": 5, "exerciseAction": 1, "exerciseQuantity": 1, "override": 0, "totalResults": 5,
    "account": "DSIM0001", "acctCode": "DSIM0001", "groupName": "All", "tags": "NetLiquidation", "genericTickList": "236",
    "genericTicks": "236", "bboExchange": "9c0001", "tickType": "BidAsk", "pattern": "AAP", "whatToShow": "TRADES",
    "startDateTime": "20080929 14:00:00 UTC", "endDateTime": "", "durationStr": "1 D", "barSizeSetting": "1 hour",
    "timePeriod": "1 day", "contractInfo": "265598", "providerCode": "BRFG", "providerCodes": "BRFG", "articleId": "1",
    "underlyingSymbol": "AAPL", "underlyingSecType": "STK", "apiName": "x", "apiVersion": "1", "volatility": 0.2,
    "optionPrice": 1.0, "underPrice": 100.0, "bAutoBind": True, "subscribe": True,
    "configRequestProto": lambda: ConfigRequest(reqId=7), "updateConfigRequestProto": lambda: UpdateConfigRequest(reqId=7),
}
# What the method for a message that is protobuf only is called, and those that are no requests.
PROTOBUF_ONLY = ["reqConfigProtoBuf", "updateConfigProtoBuf"]
OTHERS = {"connect", "disconnect", "keyboardInterrupt", "keyboardInterruptHard", "logRequest", "msgLoopRec", "msgLoopTmo", "reset",
          "run", "sendMsg", "sendMsgProtoBuf", "serverVersion", "setConnState", "setConnectOptions", "setOptionalCapabilities",
          "twsConnectionTime", "useProtoBuf", "checkConnected", "isConnected", "placeOrderProtoBuf"}


def value(name, annotation):
    if name in VALUES:
        known = VALUES[name]
        return known() if callable(known) else known
    return {bool: False, int: 0, float: 0.0, str: ""}.get(annotation, [])


def main(version):
    # Text has no days.
    VALUES["execFilter"] = executions(7 if version > 200 else ExecutionFilter().lastNDays)
    client = EClient(EWrapper())
    names = [name for name in dir(EClient) if not name.startswith(("_", "validate")) and not name.endswith("ProtoBuf")]
    for name in [name for name in names if name not in OTHERS] + PROTOBUF_ONLY:
        client.conn, client.serverVersion_, client.connState, client.clientId = Tape(), version, EClient.CONNECTED, 1
        client.extraAuth = True
        method = getattr(client, name, None)
        if not callable(method):
            continue
        method(*[value(one.name, one.annotation) for one in signature(method).parameters.values()])
        for body in client.conn.bodies:
            if version > 200:
                print(int.from_bytes(body[:4], "big") % 200, name, body.hex())
            else:
                print(body.split(b"\0")[0].decode(), name, body.decode().replace("\0", "|"))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(int(sys.argv[1]))
