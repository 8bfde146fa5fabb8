#include "lib/tools/standard_streams.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdint>

namespace rostrum::tools {

StopEvents::StopEvents() {
  std::signal(SIGHUP, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signals_ = Descriptor(signalfd(-1, &signals, SFD_CLOEXEC));
  ended_ = Descriptor(eventfd(0, EFD_CLOEXEC));
}

void StopEvents::TellEnd() const {
  const uint64_t one = 1;
  const ssize_t written = write(ended_.number(), &one, sizeof one);
  static_cast<void>(written);
}

int StopEvents::Wait() const {
  pollfd polled[] = {{ended_.number(), POLLIN, 0}, {signals_.number(), POLLIN, 0}};
  while (poll(polled, 2, -1) < 0 && errno == EINTR) {
  }
  if (polled[0].revents != 0) return 0;
  signalfd_siginfo info{};
  const ssize_t size = read(signals_.number(), &info, sizeof info);
  return size == sizeof info ? static_cast<int>(info.ssi_signo) : SIGTERM;
}

void FillStandardStreams() {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
    if (fcntl(descriptor, F_GETFD) >= 0) continue;
    // The wrong way round on purpose. The lowest number that is free is this one.
    const int mode = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (open("/dev/null", mode) < 0) return;
  }
}

void IgnoreWriteSignals() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

std::streamsize DescriptorBuffer::xsputn(const char* text, std::streamsize size) {
  std::streamsize done = 0;
  while (done < size && WaitForRoom()) {
    // A pipe that has room has it for so much.
    const std::streamsize part = std::min<std::streamsize>(size - done, PIPE_BUF);
    const ssize_t count = write(descriptor_, text + done, static_cast<size_t>(part));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    done += count;
  }
  return done;
}

// Also where writing will fail, and say why.
bool DescriptorBuffer::WaitForRoom() const {
  pollfd polled = {descriptor_, POLLOUT, 0};
  int ready = 0;
  do {
    ready = poll(&polled, 1, patience_ms_);
  } while (ready < 0 && errno == EINTR);
  if (ready == 0) errno = EAGAIN;
  return ready > 0;
}

DescriptorBuffer::int_type DescriptorBuffer::overflow(int_type character) {
  if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(0);
  const char text = traits_type::to_char_type(character);
  return xsputn(&text, 1) == 1 ? character : traits_type::eof();
}

}  // namespace rostrum::tools
