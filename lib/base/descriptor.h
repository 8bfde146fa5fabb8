// File descriptors.

#ifndef ROSTRUM_LIB_BASE_DESCRIPTOR_H_
#define ROSTRUM_LIB_BASE_DESCRIPTOR_H_

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace rostrum {

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() { Close(); }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }

  int number() const { return number_; }
  bool ok() const { return number_ >= 0; }

  // False, and errno, for what the system says only now, such as that the disk is full.
  bool Close() {
    const int number = std::exchange(number_, -1);
    return number < 0 || close(number) == 0 || errno == EINTR;
  }

 private:
  int number_;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_BASE_DESCRIPTOR_H_
