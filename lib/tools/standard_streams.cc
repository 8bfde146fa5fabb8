#include "lib/tools/standard_streams.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>

namespace rostrum::tools {

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
