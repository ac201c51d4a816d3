# An HTTP/2 client that shares no code with the others: hyper-h2 and hpack. Asks a server in the clear for a number of things, and
# says as JSON what came. Usage: h2-client.py PORT
import json
import socket
import sys

import h2.connection
import h2.config
import h2.events
import h2.settings


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(('localhost', port), timeout=30)
        self.connection = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=True, header_encoding='latin1'))
        self.connection.initiate_connection()
        self.streams = {}
        self.events = []
        self.flush()

    def flush(self):
        self.socket.sendall(self.connection.data_to_send())

    def request(self, path, method='GET', fields=(), content=None, trailers=None, chunk=16384, padding=None):
        stream = self.connection.get_next_available_stream_id()
        self.streams[stream] = {'interim': [], 'content': b'', 'trailers': None, 'status': 0, 'reset': None,
                                'ended': False}
        head = [(':method', method), (':scheme', 'http'), (':authority', 'localhost'), (':path', path), *fields]
        self.connection.send_headers(stream, head, end_stream=content is None)
        self.flush()
        if content is not None:
            self.upload(stream, content, trailers, chunk, padding)
        return stream

    def upload(self, stream, content, trailers, chunk, padding):
        at = 0
        while at < len(content):
            room = min(self.connection.local_flow_control_window(stream), chunk)
            if padding is not None:
                room -= padding + 1
            if room <= 0:
                self.receive()
                continue
            piece = content[at:at + room]
            self.connection.send_data(stream, piece, pad_length=padding)
            at += len(piece)
            self.flush()
        if trailers is None:
            self.connection.end_stream(stream)
        else:
            self.connection.send_headers(stream, trailers, end_stream=True)
        self.flush()

    def receive(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError('the server has closed the connection')
        for event in self.connection.receive_data(data):
            self.events.append(type(event).__name__)
            stream = self.streams.get(getattr(event, 'stream_id', 0))
            if isinstance(event, h2.events.InformationalResponseReceived):
                stream['interim'].append(dict(event.headers)[':status'])
            elif isinstance(event, h2.events.ResponseReceived):
                stream['status'] = int(dict(event.headers)[':status'])
                stream['fields'] = [pair for pair in event.headers if pair[0] != ':status']
            elif isinstance(event, h2.events.DataReceived):
                stream['content'] += event.data
                self.connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.TrailersReceived):
                stream['trailers'] = dict(event.headers)
            elif isinstance(event, h2.events.StreamReset):
                stream['reset'] = int(event.error_code)
                stream['ended'] = True
            elif isinstance(event, h2.events.StreamEnded):
                stream['ended'] = True
        self.flush()

    def ask(self, path, **more):
        return self.answer(self.request(path, **more))

    def answer(self, stream):
        reply = self.streams[stream]
        while not reply['ended']:
            self.receive()
        return reply


def shown(reply, **more):
    content = reply['content'].decode('latin1')
    return {**{key: reply[key] for key in ('status', 'interim', 'trailers', 'reset')}, 'content': content, **more}


client = Client(int(sys.argv[1]))
told = {}
told['file'] = shown(client.ask('/text.txt'))
told['head'] = shown(client.ask('/text.txt', method='HEAD'))
told['range'] = shown(client.ask('/text.txt', fields=[('range', 'bytes=5-13')]))
told['interim'] = shown(client.ask('/-/inform'))
told['upload'] = shown(client.ask('/-/digest', method='POST', content=bytes(range(256)) * 8192))
told['padded'] = shown(client.ask('/-/digest', method='POST', content=bytes(range(256)) * 512, padding=255))
told['bytewise'] = shown(client.ask('/-/echo', method='POST', content=b'one byte a frame', chunk=1))
told['trailers'] = shown(client.ask('/-/trailers', method='POST', content=b'content', trailers=[('x-mood', 'good')]))
told['crumbs'] = shown(client.ask('/-/seen', fields=[('cookie', 'a=1'), ('cookie', 'b=2')]))
told['many'] = [client.answer(stream)['status'] for stream in [client.request('/-/hello') for _ in range(100)]]

# The peer's table shrinks and grows again; both sides' tables must follow.
for size in (0, 100, 65536, 4096):
    client.connection.update_settings({h2.settings.SettingCodes.HEADER_TABLE_SIZE: size})
    client.flush()
    client.ask('/-/repeated')
    told.setdefault('tables', []).append(client.ask('/-/repeated')['fields'].count(('set-cookie', 'b=2')))

# The windows shrink below what is under way, and open again.
client.connection.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 1})
client.flush()
told['narrow'] = shown(client.ask('/-/bytes/300'))
client.connection.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 1_000_000,
                                   h2.settings.SettingCodes.MAX_FRAME_SIZE: 100_000})
client.flush()
told['wide'] = len(client.ask('/-/bytes/3000000')['content'])

# A request that is not a good one is refused alone.
bad = client.connection.get_next_available_stream_id()
client.streams[bad] = {'interim': [], 'content': b'', 'trailers': None, 'status': 0, 'reset': None, 'ended': False}
client.connection.config.validate_outbound_headers = False
client.connection.config.normalize_outbound_headers = False
client.connection.send_headers(bad, [(':method', 'GET'), (':scheme', 'http'), (':authority', 'localhost'),
                                     (':path', '/'), ('Upper', 'case')], end_stream=True)
client.flush()
told['bad'] = shown(client.answer(bad))
told['after'] = shown(client.ask('/-/hello'))

client.connection.ping(b'12345678')
client.flush()
while 'PingAckReceived' not in client.events:
    client.receive()
told['limits'] = {
    'streams': client.connection.remote_settings.max_concurrent_streams,
    'head': client.connection.remote_settings.max_header_list_size,
    'connect': client.connection.remote_settings.enable_connect_protocol,
}
print(json.dumps(told))
