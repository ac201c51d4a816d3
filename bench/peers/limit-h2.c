/* The limit for HTTP/2: what a request costs in the kernel and in one loop around epoll. It reads the heads of frames and no
 * more, gives each stream that ends the same reply, and opens its windows once, as far as they go.
 * usage: limit-h2 PORT */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DATA = 0, HEADERS = 1, SETTINGS = 4, PING = 6 };
enum { END_STREAM = 1, ACK = 1 };
enum { PREFACE = 24, HEAD = 9, PING_LENGTH = 8 };
enum { BUFFER = 65536, OUTPUT = 1 << 20, DESCRIPTORS = 65536, EVENTS = 512 };

/* SETTINGS: MAX_CONCURRENT_STREAMS 2^31-1, INITIAL_WINDOW_SIZE 2^31-1; WINDOW_UPDATE of what the connection's window lacks of that. */
static const unsigned char OPENING[] = {0, 0, 12, 4, 0, 0, 0, 0, 0, 0, 3, 0x7f, 0xff, 0xff, 0xff, 0, 4, 0x7f, 0xff, 0xff, 0xff,
                                        0, 0, 4,  8, 0, 0, 0, 0, 0, 0x7f, 0xff, 0, 0};
static const unsigned char SETTINGS_ACK[] = {0, 0, 0, 4, ACK, 0, 0, 0, 0};
/* HEADERS with END_HEADERS: :status 200, content-length 13; DATA with END_STREAM. */
static const unsigned char REPLY[] = {0, 0, 6,  1, 4, 0, 0, 0, 0, 0x88, 0x0f, 0x0d, 2,   '1', '3', 0,   0,   13,  0,  1,
                                      0, 0, 0, 0, 'H', 'e', 'l', 'l', 'o', ',', ' ', 'w', 'o', 'r', 'l', 'd', '!'};
enum { HEADERS_STREAM = 5, DATA_STREAM = HEAD + 6 + 5 };

/* Where the last read of a connection ended: in so many bytes that are of no interest, or in the head of a frame. */
struct connection {
  uint32_t skip;
  unsigned char have, head[HEAD + PING_LENGTH];
};

static struct connection connections[DESCRIPTORS];
static unsigned char input[BUFFER], output[OUTPUT];
static size_t ready;

static void fail(const char *doing) {
  perror(doing);
  exit(1);
}

/* Waits where the client does not read: a load client always does. */
static int flush(int descriptor) {
  for (size_t sent = 0; sent < ready;) {
    ssize_t took = send(descriptor, output + sent, ready - sent, MSG_NOSIGNAL);
    if (took < 0 && errno != EAGAIN && errno != EINTR) return -1;
    if (took > 0) sent += (size_t)took;
  }
  ready = 0;
  return 0;
}

static void put(const unsigned char *bytes, size_t length) {
  memcpy(output + ready, bytes, length);
  ready += length;
}

static void reply_to(const unsigned char *stream) {
  unsigned char *reply = output + ready;
  put(REPLY, sizeof REPLY);
  memcpy(reply + HEADERS_STREAM, stream, 4);
  memcpy(reply + DATA_STREAM, stream, 4);
}

/* Answers the frame whose head is whole; what is left of it is skipped. */
static void take(struct connection *connection, uint32_t length) {
  unsigned char *head = connection->head, type = head[3], flags = head[4];
  connection->skip = length;
  if ((type == HEADERS || type == DATA) && flags & END_STREAM) reply_to(head + 5);
  if (type == SETTINGS && !(flags & ACK)) put(SETTINGS_ACK, sizeof SETTINGS_ACK);
  if (type == PING && !(flags & ACK)) head[4] = ACK, put(head, HEAD + PING_LENGTH), connection->skip = 0;
}

static int answer(int descriptor) {
  struct connection *connection = &connections[descriptor];
  ssize_t length = recv(descriptor, input, sizeof input, 0);
  if (length <= 0) return length < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
  for (unsigned char *at = input, *end = input + length; at < end;) {
    if (connection->skip > 0) {
      uint32_t skipped = connection->skip < end - at ? connection->skip : (uint32_t)(end - at);
      at += skipped, connection->skip -= skipped;
      continue;
    }
    connection->head[connection->have++] = *at++;
    if (connection->have < HEAD) continue;
    unsigned char *head = connection->head;
    if (connection->have == HEAD && head[3] == PING) continue;
    if (connection->have > HEAD && connection->have < HEAD + PING_LENGTH) continue;
    connection->have = 0;
    take(connection, (uint32_t)head[0] << 16 | (uint32_t)head[1] << 8 | head[2]);
    if (ready > OUTPUT - BUFFER && flush(descriptor) < 0) return -1;
  }
  return flush(descriptor);
}

static void accept_all(int listener, int poll) {
  for (int one = 1;;) {
    int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (descriptor < 0) return;
    if (descriptor >= DESCRIPTORS) {
      close(descriptor);
      continue;
    }
    connections[descriptor] = (struct connection){.skip = PREFACE};
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) < 0) fail("epoll_ctl");
    put(OPENING, sizeof OPENING);
    flush(descriptor);
  }
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: limit-h2 PORT\n"), 2;
  signal(SIGPIPE, SIG_IGN);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
  if (listen(listener, 1024) < 0) fail("listen");
  int poll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[EVENTS];
  if (poll < 0 || epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event) < 0) fail("epoll");
  for (;;) {
    int ready_now = epoll_wait(poll, events, EVENTS, -1);
    for (int i = 0; i < ready_now; i++) {
      if (events[i].data.fd == listener) accept_all(listener, poll);
      else if (answer(events[i].data.fd) < 0) close(events[i].data.fd);
    }
  }
}
