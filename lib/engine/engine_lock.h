// A mutual exclusion that says so where it would never be had.

#ifndef ROSTRUM_LIB_ENGINE_ENGINE_LOCK_H_
#define ROSTRUM_LIB_ENGINE_ENGINE_LOCK_H_

#include <pthread.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>

#include "rostrum/status.h"

namespace rostrum {

// As a mutex, except for the two ways in which a caller would wait for ever: a process that was
// forked while another thread held the lock, since that thread is not in it, and a strategy that
// calls the engine that runs it.
class EngineLock {
 public:
  // Waits for the lock. kFailedPrecondition if it cannot be had in this process or thread.
  Status Lock() {
    const pid_t process = getpid();
    for (;;) {
      pid_t holder = 0;
      if (process_.compare_exchange_strong(holder, process, std::memory_order_acquire)) {
        thread_.store(pthread_self(), std::memory_order_relaxed);
        return {};
      }
      if (holder != process) {
        return FailedPrecondition(
            "the engine was in use by another thread when this process was forked, expected an "
            "engine of its own");
      }
      if (thread_.load(std::memory_order_relaxed) == pthread_self()) {
        return FailedPrecondition(
            "the engine was called from a function that it is calling, and would wait for itself");
      }
      process_.wait(holder, std::memory_order_relaxed);
    }
  }

  void Unlock() {
    thread_.store(0, std::memory_order_relaxed);
    process_.store(0, std::memory_order_release);
    process_.notify_one();
  }

  // Whether a thread of another process, which is not here to unlock it, holds it.
  bool IsLost() const {
    const pid_t holder = process_.load(std::memory_order_relaxed);
    return holder != 0 && holder != getpid();
  }

 private:
  std::atomic<pid_t> process_{0};     // Of the holder; 0 if it is free.
  std::atomic<pthread_t> thread_{0};  // Of the holder, a moment later.
};

// Holds a lock, if it can be had, for as long as it lives.
class Locked {
 public:
  explicit Locked(EngineLock& lock) : lock_(lock), status_(lock.Lock()) {}
  ~Locked() {
    if (status_.ok()) lock_.Unlock();
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

  bool ok() const { return status_.ok(); }
  const Status& status() const { return status_; }

 private:
  EngineLock& lock_;
  const Status status_;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_ENGINE_ENGINE_LOCK_H_
