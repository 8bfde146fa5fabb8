#include "lib/tools/text.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cmath>
#include <csignal>
#include <cstdint>

#include "lib/base/format.h"
#include "lib/wire/text.h"

namespace rostrum::tools {
namespace {

// Columns on a terminal, taking each character of UTF-8 for one.
size_t Width(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

void AppendLine(std::string* text, const std::vector<std::string>& row,
                const std::vector<TextTable::Column>& columns, const std::vector<size_t>& widths) {
  std::string line;
  for (size_t i = 0; i < row.size(); ++i) {
    const std::string padding(widths[i] - Width(row[i]), ' ');
    if (i > 0) line += "  ";
    line += columns[i].align == TextTable::Align::kRight ? padding + row[i] : row[i] + padding;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  *text += line + "\n";
}

}  // namespace

void TextTable::AddRow(std::vector<std::string> row) {
  for (std::string& text : row) text = wire::Escape(text);
  rows_.push_back(std::move(row));
}

std::string TextTable::Text() const {
  std::vector<std::string> headings;
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    headings.push_back(columns_[i].heading);
    size_t width = Width(columns_[i].heading);
    for (const auto& row : rows_) width = std::max(width, Width(row[i]));
    widths.push_back(width);
  }
  std::string text;
  AppendLine(&text, headings, columns_, widths);
  for (const auto& row : rows_) AppendLine(&text, row, columns_, widths);
  return text;
}

std::string TimeText(std::time_t when, const char* format) {
  std::tm parts{};
  gmtime_r(&when, &parts);
  char text[64];
  return std::string(text, std::strftime(text, sizeof(text), format, &parts));
}

std::string TimeText(std::chrono::system_clock::time_point when) {
  const auto since = when.time_since_epoch();
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count() % 1000;
  return Format("{}.{:03}Z",
                TimeText(std::chrono::system_clock::to_time_t(when), "%Y-%m-%dT%H:%M:%S"),
                milliseconds);
}

std::string ScoreText(const Score& score) {
  std::string text = Format("score {}", score.value);
  if (score.tier != 0) text += Format(", tier {}", score.tier);
  return text;
}

void WriteScore(const Score& score, wire::JsonWriter* json) {
  json->Key("score");
  if (std::isinf(score.value)) {
    json->String(score.value < 0 ? "-inf" : "inf");
  } else {
    json->Double(score.value);
  }
  json->Key("tier");
  json->Int(score.tier);
}

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
