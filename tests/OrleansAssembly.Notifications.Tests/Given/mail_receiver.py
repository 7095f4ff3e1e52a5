"""A mail server that speaks SMTP as RFC 5321 has it (Debian's aiosmtpd). Its argument: port. It writes each message that it took as one line of JSON to stdout.
Who is written to decides what it does: busy@ 451, nobody@ 550, slow@ never answers, lost@ takes the message and breaks off before it says so."""
import asyncio
import json
import sys

from aiosmtpd.controller import Controller


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("busy@"):
            return "451 4.3.2 Try again later"
        if address.startswith("nobody@"):
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        to = envelope.rcpt_tos[0]
        if to.startswith("slow@"):
            await asyncio.sleep(60)
        print(json.dumps({"from": envelope.mail_from, "to": envelope.rcpt_tos, "data": envelope.content.decode("utf-8", "replace")}), flush=True)
        if to.startswith("lost@"):
            server.transport.abort()
        return "250 2.0.0 taken"


controller = Controller(Handler(), hostname="127.0.0.1", port=int(sys.argv[1]))
controller.start()
print("ready", flush=True)
asyncio.new_event_loop().run_forever()
