/* A path that takes its time: passes bytes between a client and a server on the loopback, both ways, each so many
 * milliseconds after it has come, and never earlier. What is on its way is bounded by a ring of 32 MB for each direction: with
 * 20 ms that is 1.6 GB/s, more than any pair of programs here can do. The ends of both directions take the same time.
 * usage: relay PORT TARGET_PORT MILLISECONDS */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { RING = 32 << 20, BATCHES = 4096, PAIRS = 64, MOST_AT_ONCE = 1 << 20 };
/* Bytes that come within the same tenth of a millisecond leave together, at its end. */
static const uint64_t GRID = 100000;

struct batch {
  uint64_t due;
  size_t length;
};

/* One direction. The batches tell when the bytes in the ring may leave; one without bytes is the end. */
struct flow {
  int from, to;
  char *ring;
  size_t head, held;
  struct batch batches[BATCHES];
  unsigned first, count;
  int ended, passed_on;
};

static struct flow flows[2 * PAIRS];
static int used[PAIRS];
static uint64_t delay;

static void fail(const char *doing) {
  perror(doing);
  exit(1);
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static struct sockaddr_in loopback(int port) {
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static struct batch *oldest(struct flow *flow) { return flow->count > 0 ? &flow->batches[flow->first] : NULL; }

static int has_room(const struct flow *flow) { return !flow->ended && flow->held < RING && flow->count < BATCHES; }

/* Notes that so many bytes came now. */
static void note(struct flow *flow, size_t length) {
  uint64_t due = (now() + delay + GRID - 1) / GRID * GRID;
  struct batch *last = &flow->batches[(flow->first + flow->count - 1) % BATCHES];
  if (length > 0 && flow->count > 0 && last->due == due && last->length > 0) last->length += length;
  else flow->batches[(flow->first + flow->count++) % BATCHES] = (struct batch){due, length};
}

static int take_in(struct flow *flow) {
  size_t tail = (flow->head + flow->held) % RING, room = RING - flow->held;
  if (room > RING - tail) room = RING - tail;
  ssize_t length = recv(flow->from, flow->ring + tail, room < MOST_AT_ONCE ? room : MOST_AT_ONCE, MSG_DONTWAIT);
  if (length < 0) return errno == EAGAIN || errno == EINTR ? 0 : -1;
  flow->held += (size_t)length, flow->ended = length == 0;
  note(flow, (size_t)length);
  return 0;
}

/* Sends what is due, as far as the other side takes it. */
static int pass_on(struct flow *flow) {
  for (struct batch *batch; (batch = oldest(flow)) && batch->due <= now();) {
    if (batch->length == 0) {
      if (shutdown(flow->to, SHUT_WR) < 0 && errno != ENOTCONN) return -1;
      flow->passed_on = 1;
    } else {
      size_t length = batch->length < RING - flow->head ? batch->length : RING - flow->head;
      ssize_t sent = send(flow->to, flow->ring + flow->head, length, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0) return errno == EAGAIN || errno == EINTR ? 0 : -1;
      flow->head = (flow->head + (size_t)sent) % RING, flow->held -= (size_t)sent, batch->length -= (size_t)sent;
      if (batch->length > 0) continue;
    }
    flow->first = (flow->first + 1) % BATCHES, flow->count--;
  }
  return 0;
}

static void open_flow(struct flow *flow, int from, int to) {
  char *ring = flow->ring;
  if (!ring) ring = mmap(NULL, RING, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (ring == MAP_FAILED) fail("mmap");
  memset(flow, 0, sizeof *flow);
  flow->from = from, flow->to = to, flow->ring = ring;
}

static void take_connection(int listener, int target) {
  int pair = 0, one = 1, client = accept(listener, NULL, NULL);
  if (client < 0) return;
  while (pair < PAIRS && used[pair]) pair++;
  int server = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = loopback(target);
  if (pair == PAIRS || connect(server, (struct sockaddr *)&address, sizeof address) < 0) {
    close(client), close(server);
    return;
  }
  int both[] = {client, server};
  for (int i = 0; i < 2; i++) setsockopt(both[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  used[pair] = 1;
  open_flow(&flows[2 * pair], client, server);
  open_flow(&flows[2 * pair + 1], server, client);
}

static void close_pair(int pair) {
  used[pair] = 0;
  for (int i = 0; i < 2; i++) {
    struct flow *flow = &flows[2 * pair + i];
    close(flow->from);
    madvise(flow->ring, RING, MADV_DONTNEED);
  }
}

/* Waits until something can be read, or written, or is due. */
static void wait_for(int listener, struct pollfd *polls) {
  uint64_t next = UINT64_MAX, at = now();
  polls[0] = (struct pollfd){listener, POLLIN, 0};
  for (int i = 0; i < 2 * PAIRS; i++) {
    struct flow *flow = &flows[i];
    struct pollfd *reading = &polls[1 + 2 * i], *writing = &polls[2 + 2 * i];
    reading->fd = writing->fd = -1, reading->revents = writing->revents = 0;
    if (!used[i / 2]) continue;
    struct batch *batch = oldest(flow);
    if (has_room(flow)) *reading = (struct pollfd){flow->from, POLLIN, 0};
    if (batch && batch->due <= at) *writing = (struct pollfd){flow->to, POLLOUT, 0};
    else if (batch && batch->due < next) next = batch->due;
  }
  uint64_t left = next > at ? next - at : 0;
  struct timespec patience = {(time_t)(left / 1000000000), (long)(left % 1000000000)};
  if (ppoll(polls, 1 + 4 * PAIRS, next == UINT64_MAX ? NULL : &patience, NULL) < 0 && errno != EINTR) fail("ppoll");
}

int main(int argc, char **argv) {
  if (argc != 4) return fprintf(stderr, "usage: relay PORT TARGET_PORT MILLISECONDS\n"), 2;
  static struct pollfd polls[1 + 4 * PAIRS];
  int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1, target = atoi(argv[2]);
  struct sockaddr_in address = loopback(atoi(argv[1]));
  delay = (uint64_t)atoi(argv[3]) * 1000000;
  signal(SIGPIPE, SIG_IGN);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
  if (listen(listener, 64) < 0) fail("listen");
  for (;;) {
    wait_for(listener, polls);
    for (int pair = 0; pair < PAIRS; pair++) {
      int broken = 0;
      for (int i = 2 * pair; used[pair] && i < 2 * pair + 2; i++) {
        if (polls[1 + 2 * i].revents && take_in(&flows[i]) < 0) broken = 1;
        if (pass_on(&flows[i]) < 0) broken = 1;
      }
      if (used[pair] && (broken || (flows[2 * pair].passed_on && flows[2 * pair + 1].passed_on))) close_pair(pair);
    }
    if (polls[0].revents) take_connection(listener, target);
  }
}
