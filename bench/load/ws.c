/* A WebSocket client that loads a server which sends back what it gets: so many messages are under way on each connection at any
 * time, and every byte that comes back is compared, unless said. Each connection sends the same 64 messages in turn, no two alike, in frames
 * that were made before the clock runs. Prints a line of JSON: see `print_counts`.
 * usage: ws PORT PATH CONNECTIONS IN_FLIGHT BYTES SECONDS [binary | text | json | deflate | any]
 * `json` is text that reads like what applications send; `deflate` the same, compressed as agreed on (RFC 7692); `any` is binary, and what
 * comes back must have its length alone. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

enum { MESSAGES = 64, READ_AT_ONCE = 1 << 20, HEAD = 4096, PER_ADDRESS = 20000 };
enum { FIN = 0x80, RSV1 = 0x40, TEXT = 1, BINARY = 2, CLOSE = 8 };
/* Where a compressed message was cut off: RFC 7692 section 7.2.1. */
static const unsigned char TAIL[4] = {0, 0, 0xff, 0xff};

/* The frames of all messages, one behind the other. There is one such script for each agreement on compression. */
struct script {
  unsigned char *frames;
  size_t starts[MESSAGES + 1];
};

struct connection {
  int fd, watched_for_room;
  const struct script *script;
  /* What is to be sent: so many bytes, from `at` in the script on, which begins anew at its end. */
  size_t owed, at;
  /* The answer that comes now: of which message, and how much of it has come. */
  unsigned number;
  size_t come;
  int compressed;
  /* The frame that comes now. */
  unsigned char head[10];
  unsigned has_head;
  uint64_t left;
  int skipped;
  /* Compressed bytes of the answer, and what inflates them. */
  unsigned char *held;
  z_stream *inflater;
};

static unsigned char *messages;
static size_t size;
static int opcode = BINARY, compresses, compares = 1;
static struct script *scripts[16][2];
static uint64_t answered, bytes_back, wrong, uncompressed, closed;

static void fail(const char *doing) {
  perror(doing);
  exit(1);
}

static void give_up(const char *why, const char *what) {
  fprintf(stderr, "%s: %.60s\n", why, what);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The same numbers in every run: xorshift64*. */
static uint32_t chance(void) {
  static uint64_t state = 88172645463325252u;
  state ^= state >> 12, state ^= state << 25, state ^= state >> 27;
  return (uint32_t)((state * 2685821657736338717u) >> 32);
}

static unsigned char *message(unsigned number) { return messages + number * size; }

/* --- The messages --- */

static void make_letters(unsigned char *to, unsigned number) {
  for (size_t i = 0; i < size; i++) to[i] = (unsigned char)('a' + (chance() % 26));
  char text[16];
  int length = snprintf(text, sizeof text, "%u ", number);
  memcpy(to, text, (size_t)length < size ? (size_t)length : size);
}

/* A list of people in a room and what they do, cut to size within a last text. */
static void make_json(unsigned char *to, unsigned number) {
  static const char *const names[] = {"Ada", "Grace", "Edsger", "Barbara", "Donald", "Radia", "Tim", "Vint"};
  static const char *const states[] = {"typing", "idle", "drawing", "away"};
  static const char *const words[] = {"the", "server", "will", "send", "what", "people", "write", "here", "and", "nothing", "else", "today"};
  char *text = malloc(size + 512);
  size_t length = (size_t)sprintf(text, "{\"type\":\"presence\",\"room\":\"room-%u\",\"sequence\":%u,\"members\":[", chance() % 1000, number);
  for (const char *comma = ""; length + 180 < size; comma = ",") {
    unsigned id = chance();
    length += (size_t)sprintf(text + length, "%s{\"id\":\"%08x\",\"name\":\"%s\",\"state\":\"%s\",\"x\":%u.%02u,\"y\":%u.%02u,\"seen\":1763%09u}", comma, id,
                              names[chance() % 8], states[chance() % 4], chance() % 1920, chance() % 100, chance() % 1080, chance() % 100, chance() % 1000000000);
  }
  length += (size_t)sprintf(text + length, "],\"note\":\"");
  while (length + 3 < size) length += (size_t)sprintf(text + length, "%s ", words[chance() % 12]);
  memcpy(to, text, size);
  memcpy(to + size - 2, "\"}", 2);
  free(text);
}

/* --- Frames --- */

static size_t frame(unsigned char *to, int first, const unsigned char *payload, size_t length) {
  size_t at = 2;
  to[0] = (unsigned char)first;
  if (length < 126) to[1] = (unsigned char)length;
  else if (length < 65536) to[1] = 126, to[2] = (unsigned char)(length >> 8), to[3] = (unsigned char)length, at = 4;
  else {
    to[1] = 127, at = 10;
    for (int i = 0; i < 8; i++) to[2 + i] = (unsigned char)((uint64_t)length >> (56 - 8 * i));
  }
  to[1] |= 0x80;
  unsigned char *mask = to + at;
  for (int i = 0; i < 4; i++) mask[i] = (unsigned char)chance();
  for (size_t i = 0; i < length; i++) mask[4 + i] = payload[i] ^ mask[i & 3];
  return at + 4 + length;
}

/* `bits` 0: not compressed. As browsers do it, each message refers to those before it where that was agreed; the first of a
 * script refers to none, so that it can follow the last. */
static const struct script *script_of(unsigned bits, int takes_over) {
  struct script **place = &scripts[bits][takes_over], *script = *place;
  if (script) return script;
  size_t room = size + size / 8 + 64, at = 0;
  unsigned char *deflated = malloc(room);
  z_stream deflater = {0};
  if (bits && deflateInit2(&deflater, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -(int)bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) give_up("zlib", "no deflater");
  script = *place = malloc(sizeof *script), script->frames = malloc(MESSAGES * (room + 14));
  for (unsigned number = 0; number < MESSAGES; number++) {
    const unsigned char *payload = message(number);
    size_t length = size;
    if (bits) {
      if (!takes_over) deflateReset(&deflater);
      deflater.next_in = message(number), deflater.avail_in = (unsigned)size, deflater.next_out = deflated, deflater.avail_out = (unsigned)room;
      if (deflate(&deflater, Z_SYNC_FLUSH) != Z_OK || deflater.avail_out == 0) give_up("zlib", "a message was not compressed");
      payload = deflated, length = room - deflater.avail_out - sizeof TAIL;
    }
    script->starts[number] = at;
    at += frame(script->frames + at, FIN | (bits ? RSV1 : 0) | opcode, payload, length);
  }
  script->starts[MESSAGES] = at;
  if (bits) deflateEnd(&deflater);
  free(deflated);
  return script;
}

/* --- Sending --- */

static void watch(int poll, struct connection *connection, int for_room) {
  if (connection->watched_for_room == for_room) return;
  struct epoll_event event = {for_room ? EPOLLIN | EPOLLOUT : EPOLLIN, {.ptr = connection}};
  epoll_ctl(poll, EPOLL_CTL_MOD, connection->fd, &event);
  connection->watched_for_room = for_room;
}

static void end(struct connection *connection) {
  close(connection->fd);
  connection->fd = -1;
  closed++;
}

static void send_owed(int poll, struct connection *connection) {
  while (connection->owed > 0) {
    const struct script *script = connection->script;
    size_t until_end = script->starts[MESSAGES] - connection->at, first = connection->owed < until_end ? connection->owed : until_end;
    struct iovec parts[2] = {{script->frames + connection->at, first}, {script->frames, connection->owed - first}};
    ssize_t sent = writev(connection->fd, parts, parts[1].iov_len > 0 ? 2 : 1);
    if (sent < 0 && errno == EAGAIN) break;
    if (sent < 0) return end(connection);
    connection->owed -= (size_t)sent, connection->at = (connection->at + (size_t)sent) % script->starts[MESSAGES];
  }
  watch(poll, connection, connection->owed > 0);
}

/* --- Receiving --- */

static void inflate_and_compare(struct connection *connection) {
  static unsigned char *plain;
  if (!plain) plain = malloc(size + 1);
  z_stream *inflater = connection->inflater;
  memcpy(connection->held + connection->come, TAIL, sizeof TAIL);
  inflater->next_in = connection->held, inflater->avail_in = (unsigned)(connection->come + sizeof TAIL);
  inflater->next_out = plain, inflater->avail_out = (unsigned)size + 1;
  int result = inflate(inflater, Z_SYNC_FLUSH);
  if (result == Z_STREAM_END) result = inflateReset(inflater);
  if ((result != Z_OK && result != Z_BUF_ERROR) || inflater->avail_out != 1 || memcmp(plain, message(connection->number), size)) wrong++;
}

/* An answer is complete: the next message takes the place of its own. */
static void take_answer(struct connection *connection, unsigned in_flight) {
  if (connection->compressed) inflate_and_compare(connection);
  else if (connection->come != size) wrong++;
  else if (compresses) uncompressed++;
  unsigned next = (connection->number + in_flight) % MESSAGES;
  connection->owed += connection->script->starts[next + 1] - connection->script->starts[next];
  connection->number = (connection->number + 1) % MESSAGES, connection->come = 0;
  answered++;
}

/* The head of a frame is complete. */
static void begin_frame(struct connection *connection) {
  const unsigned char *head = connection->head;
  uint64_t length = head[1] & 127;
  if (length == 126) length = (uint64_t)head[2] << 8 | head[3];
  else if (length == 127) for (int i = length = 0; i < 8; i++) length = length << 8 | head[2 + i];
  connection->left = length, connection->skipped = (head[0] & 8) != 0, connection->has_head = 1;
  if ((head[0] & 15) == CLOSE) give_up("closed", "the server sends a close frame");
  if (connection->skipped) return;
  int begins = (head[0] & 15) != 0;
  if (begins) connection->compressed = (head[0] & RSV1) != 0;
  if (head[1] & 0x80 || (begins ? (head[0] & 15) != opcode || connection->come > 0 : connection->come == 0)) give_up("frames", "not what was sent");
  if (connection->compressed ? !compresses || connection->come + length > size + size / 8 + 64 : connection->come + length > size) give_up("frames", "more than was sent");
}

static void take_payload(struct connection *connection, const unsigned char *bytes, size_t length) {
  if (connection->skipped) return;
  if (connection->compressed) memcpy(connection->held + connection->come, bytes, length);
  else if (compares && memcmp(bytes, message(connection->number) + connection->come, length)) wrong++;
  connection->come += length, bytes_back += length;
}

static void take_in(struct connection *connection, const unsigned char *bytes, size_t length, unsigned in_flight) {
  for (size_t at = 0; at < length;) {
    if (!connection->has_head) {
      /* `left` counts the bytes of the head that are there, until it is complete. */
      unsigned char *head = connection->head;
      head[connection->left++] = bytes[at++];
      if (connection->left < 2 || connection->left < ((head[1] & 127) == 127 ? 10u : (head[1] & 127) == 126 ? 4u : 2u)) continue;
      begin_frame(connection);
    }
    size_t part = connection->left < length - at ? connection->left : length - at;
    take_payload(connection, bytes + at, part);
    at += part, connection->left -= part;
    if (connection->left > 0) continue;
    connection->has_head = 0;
    if (!connection->skipped && connection->head[0] & FIN) take_answer(connection, in_flight);
  }
}

static void receive(struct connection *connection, unsigned in_flight) {
  static unsigned char buffer[READ_AT_ONCE];
  ssize_t length = recv(connection->fd, buffer, sizeof buffer, 0);
  if (length < 0 && errno == EAGAIN) return;
  if (length <= 0) return end(connection);
  take_in(connection, buffer, (size_t)length, in_flight);
}

/* --- Handshakes --- */

/* The number that a parameter of the agreement has, 15 for none: a window is as large as it can be unless said. */
static unsigned window(const char *agreement, const char *name) {
  const char *found = strstr(agreement, name);
  unsigned bits = found && found[strlen(name)] == '=' ? (unsigned)atoi(found + strlen(name) + 1 + (found[strlen(name) + 1] == '"')) : 15;
  return bits >= 8 && bits <= 15 ? bits : 15;
}

static void agree(struct connection *connection, char *head) {
  char *agreement = strcasestr(head, "\r\nsec-websocket-extensions:");
  if (!compresses) {
    if (agreement) give_up("handshake", "an extension that was not offered");
    connection->script = script_of(0, 1);
    return;
  }
  if (!agreement || !strstr(agreement, "permessage-deflate")) give_up("handshake", "does not agree to permessage-deflate");
  *strstr(agreement + 2, "\r\n") = 0;
  unsigned bits = window(agreement, "client_max_window_bits");
  /* zlib makes no raw stream with a window of 256 bytes. */
  if (bits == 8) give_up("handshake", "a window of 256 bytes is not tried here");
  connection->script = script_of(bits, !strstr(agreement, "client_no_context_takeover"));
  connection->held = malloc(size + size / 8 + 64 + sizeof TAIL);
  connection->inflater = calloc(1, sizeof(z_stream));
  if (inflateInit2(connection->inflater, -15) != Z_OK) give_up("zlib", "no inflater");
}

static void open_connection(struct connection *connection, int number, int port, const char *path) {
  int one = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (unsigned)number / PER_ADDRESS)};
  connection->fd = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (bind(connection->fd, (struct sockaddr *)&from, sizeof from) < 0) fail("bind");
  if (connect(connection->fd, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
  char head[HEAD + 1];
  const char *offer = compresses ? "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" : "";
  int length = snprintf(head, sizeof head,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
                        path, port, offer);
  if (write(connection->fd, head, (size_t)length) != length) fail("write");
  /* By the byte, so that nothing of the frames behind it is taken. */
  size_t has = 0;
  while (has < 4 || memcmp(head + has - 4, "\r\n\r\n", 4)) {
    if (has == HEAD || recv(connection->fd, head + has, 1, 0) <= 0) give_up("handshake", "no reply");
    has++;
  }
  head[has] = 0;
  if (memcmp(head, "HTTP/1.1 101", 12) || !strstr(head, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")) give_up("handshake", head);
  agree(connection, head);
  fcntl(connection->fd, F_SETFL, O_NONBLOCK);
}

/* --- All of it --- */

static void choose(const char *kind) {
  compares = strcmp(kind, "any") != 0;
  if (!compares || !strcmp(kind, "binary")) return;
  opcode = TEXT, compresses = !strcmp(kind, "deflate");
  if (!compresses && strcmp(kind, "text") && strcmp(kind, "json")) give_up("there is no such kind of message", kind);
  if (strcmp(kind, "text") && size < 256) give_up("too small for a message in JSON", kind);
}

static void print_counts(double seconds) {
  printf("{\"messages\":%llu,\"bytes\":%llu,\"microseconds\":%.0f,\"wrong\":%llu,\"uncompressed\":%llu,\"closed\":%llu}\n", (unsigned long long)answered,
         (unsigned long long)bytes_back, seconds * 1e6, (unsigned long long)wrong, (unsigned long long)uncompressed, (unsigned long long)closed);
}

int main(int argc, char **argv) {
  if (argc < 7) return fprintf(stderr, "usage: ws PORT PATH CONNECTIONS IN_FLIGHT BYTES SECONDS [binary | text | json | deflate | any]\n"), 2;
  int port = atoi(argv[1]), count = atoi(argv[3]), poll = epoll_create1(0);
  unsigned in_flight = (unsigned)atoi(argv[4]);
  size = (size_t)atoll(argv[5]);
  const char *kind = argc > 7 ? argv[7] : "binary";
  choose(kind);
  if (in_flight < 1 || in_flight > MESSAGES) give_up("messages in flight", "1 to 64");
  signal(SIGPIPE, SIG_IGN);
  struct rlimit files = {(rlim_t)count + 64, (rlim_t)count + 64};
  if (count > 900) setrlimit(RLIMIT_NOFILE, &files);
  messages = malloc(MESSAGES * size + 1);
  for (unsigned number = 0; number < MESSAGES; number++) (compresses || !strcmp(kind, "json") ? make_json : make_letters)(message(number), number);

  struct connection *connections = calloc((size_t)count, sizeof *connections);
  for (int i = 0; i < count; i++) {
    open_connection(&connections[i], i, port, argv[2]);
    struct epoll_event event = {EPOLLIN, {.ptr = &connections[i]}};
    epoll_ctl(poll, EPOLL_CTL_ADD, connections[i].fd, &event);
  }
  double began = now(), until = began + atof(argv[6]);
  for (int i = 0; i < count; i++) {
    connections[i].owed = connections[i].script->starts[in_flight];
    send_owed(poll, &connections[i]);
  }
  while (now() < until) {
    struct epoll_event events[256];
    int ready = epoll_wait(poll, events, 256, 100);
    for (int i = 0; i < ready; i++) {
      struct connection *connection = events[i].data.ptr;
      if (events[i].events & ~(uint32_t)EPOLLOUT) receive(connection, in_flight);
      if (connection->fd >= 0) send_owed(poll, connection);
    }
  }
  print_counts(now() - began);
  return 0;
}
