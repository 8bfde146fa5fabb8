// Chance, injected as time is.

#ifndef ROSTRUM_LIB_MESOS_BASE_RANDOM_H_
#define ROSTRUM_LIB_MESOS_BASE_RANDOM_H_

#include <random>

namespace rostrum::mesos {

class Random {
 public:
  virtual ~Random() = default;
  // At least 0 and less than 1.
  virtual double Fraction() = 0;
};

// Seeded by the machine. One thread at a time.
class SystemRandom : public Random {
 public:
  SystemRandom() : engine_(std::random_device{}()) {}
  double Fraction() override { return std::uniform_real_distribution<double>(0, 1)(engine_); }

 private:
  std::mt19937_64 engine_;
};

// Always the same.
class FixedRandom : public Random {
 public:
  explicit FixedRandom(double fraction) : fraction_(fraction) {}
  double Fraction() override { return fraction_; }
  void Set(double fraction) { fraction_ = fraction; }

 private:
  double fraction_;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_BASE_RANDOM_H_
