// A mutual exclusion that says so where it would never be had.

#ifndef ROSTRUM_LIB_BASE_ENGINE_LOCK_H_
#define ROSTRUM_LIB_BASE_ENGINE_LOCK_H_

#include <pthread.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>

#include "rostrum/status.h"

namespace rostrum {

// As a mutex, except for the two ways in which a caller would wait for ever: a process that was
// forked while another thread held the lock, since that thread is not in it, and a strategy that
// calls the engine that runs it.
//
// Several libraries with this code in them may share an engine, so all state is in the object: what
// a standard library keeps beside it, as the waiters of std::atomic::wait, each has for itself.
class EngineLock {
 public:
  // Waits for the lock. kFailedPrecondition if it cannot be had in this process or thread.
  Status Lock() {
    if (!mutex_.try_lock()) {
      if (Status status = Wait(); !status.ok()) return status;
    }
    process_.store(getpid(), std::memory_order_relaxed);
    thread_.store(pthread_self(), std::memory_order_relaxed);
    return {};
  }

  void Unlock() {
    thread_.store(0, std::memory_order_relaxed);
    mutex_.unlock();
  }

  // Whether a thread of another process, which is not here to unlock it, holds it.
  bool IsLost() {
    if (!mutex_.try_lock()) return process_.load(std::memory_order_relaxed) != getpid();
    mutex_.unlock();
    return false;
  }

 private:
  // A thread says which process it is of just after it has the lock, long before this is over.
  static constexpr std::chrono::milliseconds kPatience{100};

  Status Wait() {
    if (thread_.load(std::memory_order_relaxed) == pthread_self()) {
      return FailedPrecondition(
          "the engine was called from a function that it is calling, and would wait for itself");
    }
    while (!mutex_.try_lock_for(kPatience)) {
      if (process_.load(std::memory_order_relaxed) == getpid()) continue;
      return FailedPrecondition(
          "the engine was in use by another thread when this process was forked, expected an "
          "engine of its own");
    }
    return {};
  }

  std::timed_mutex mutex_;
  std::atomic<pid_t> process_{getpid()};  // Of the last holder.
  std::atomic<pthread_t> thread_{0};      // Of the holder, a moment later.
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

#endif  // ROSTRUM_LIB_BASE_ENGINE_LOCK_H_
