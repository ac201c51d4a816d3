/* The limit: what a request costs in the kernel and in one loop around epoll. It reads nothing of a request but where it
 * ends (an empty line), and answers each with the same reply.
 * usage: limit PORT */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define REPLY                                                                                                              \
  "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " \
  "13\r\n\r\nHello, world!"
enum { REPLY_LENGTH = sizeof REPLY - 1, BUFFER = 65536, MOST_REPLIES = 512, DESCRIPTORS = 65536, EVENTS = 512 };

/* How much of "\r\n\r\n" the last read ended with, for each descriptor. */
static unsigned char matched[DESCRIPTORS];
static char input[BUFFER], replies[MOST_REPLIES * REPLY_LENGTH];

static void fail(const char *doing) {
  perror(doing);
  exit(1);
}

static int count_requests(int descriptor, const char *bytes, ssize_t length) {
  int state = matched[descriptor], count = 0;
  for (ssize_t i = 0; i < length; i++) {
    if (bytes[i] == (state & 1 ? '\n' : '\r')) state++;
    else state = bytes[i] == '\r';
    if (state == 4) count++, state = 0;
  }
  matched[descriptor] = (unsigned char)state;
  return count;
}

/* Waits where the client does not read: a load client always does. */
static int send_all(int descriptor, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = send(descriptor, bytes, length, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return -1;
    if (sent > 0) bytes += sent, length -= (size_t)sent;
  }
  return 0;
}

static int answer(int descriptor) {
  ssize_t length = recv(descriptor, input, sizeof input, 0);
  if (length <= 0) return length < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
  for (int left = count_requests(descriptor, input, length); left > 0; left -= MOST_REPLIES)
    if (send_all(descriptor, replies, (size_t)(left < MOST_REPLIES ? left : MOST_REPLIES) * REPLY_LENGTH) < 0) return -1;
  return 0;
}

static void accept_all(int listener, int poll) {
  for (int one = 1;;) {
    int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (descriptor < 0) return;
    if (descriptor >= DESCRIPTORS) {
      close(descriptor);
      continue;
    }
    matched[descriptor] = 0;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) < 0) fail("epoll_ctl");
  }
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: limit PORT\n"), 2;
  signal(SIGPIPE, SIG_IGN);
  for (int i = 0; i < MOST_REPLIES; i++) memcpy(replies + i * REPLY_LENGTH, REPLY, REPLY_LENGTH);
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
    int ready = epoll_wait(poll, events, EVENTS, -1);
    for (int i = 0; i < ready; i++) {
      if (events[i].data.fd == listener) accept_all(listener, poll);
      else if (answer(events[i].data.fd) < 0) close(events[i].data.fd);
    }
  }
}
