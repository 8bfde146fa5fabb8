// What a C++ program that has the installed library only does with a scheduler's client on Mesos:
// hears what its options lack.

#include <rostrum/mesos/scheduler_client.h>
#include <rostrum/strategy.h>

#include <cstdio>

int main() {
  const auto client = rostrum::mesos::SchedulerClient::Create({});
  if (client.ok() || client.status().code() != rostrum::Code::kInvalidArgument) {
    std::fprintf(stderr, "a client is made of no options\n");
    return 1;
  }
  return rostrum::MakeStrategy("binpack") == nullptr ? 1 : 0;
}
