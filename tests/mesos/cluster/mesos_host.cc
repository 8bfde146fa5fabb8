// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// Runs a real Apache Mesos 1.11 master, or agents, out of the shared library that the Python package
// mesos.scheduler carries. The library starts masters and agents only together, in one process
// ("local" mode). This program separates them: it changes, in memory, how the library constructs its
// masters and agents, so that they look for the leading master where they are told to. Thus masters and
// agents are processes of their own, that can be killed and configured one by one.
//
//   mesos_host LIBRARY WORK_FOLDER master [ZOOKEEPER QUORUM]
//   mesos_host LIBRARY WORK_FOLDER agents NUMBER LEADER
//
// ZOOKEEPER is zk://HOST:PORT/PATH: the master takes part in the election there, with others, and they
// share their registry, of which QUORUM of them must have a copy. Without it, it leads. LEADER is
// HOST:PORT of a master, or zk://HOST:PORT/PATH. A process of agents also holds a master that never
// leads: it answers calls for frameworks with a redirect to the leader, as any master does that is not
// elected.
//
// Mesos' own flags are given as its MESOS_ and LIBPROCESS_ variables; ROSTRUM_ZK_TIMEOUT_MS is for how
// long ZooKeeper keeps the session of a process that died. The program prints "port N" once it listens.
// It reads commands from standard input, a line each, and ends without a word when that closes, so
// that it never outlives whoever started it:
//   leader HOST:PORT    agents give up their master and look for it there
//
// No header of Mesos is needed: the few symbols used are named by hand, and its objects are passed on
// as they come. The layouts that it relies on are those of stout's Option, Try and Duration.

#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

// Data symbols of Python's C API that the library binds when it is loaded. Nothing reads them.
extern "C" {
char _Py_NoneStruct[256];
char PyExc_Exception[256];
char PyExc_TypeError[256];
}

namespace {

[[noreturn]] void Fail(const std::string& message) {
  std::cerr << "mesos_host: " << message << std::endl;
  _exit(2);
}

// stout's Option<T>: first whether there is a value, then the value.
template <class T>
struct Option {
  int state = 1;  // 0: some, 1: none
  T value{};
  Option() = default;
  explicit Option(T some) : state(0), value(std::move(some)) {}
};

// stout's Try<T*>: an Option of the pointer, then the error, which is larger than it needs to be here.
struct TryPointer {
  Option<void*> result;
  char error[256];
};

void* library = nullptr;

void* Address(const char* symbol) {
  void* address = dlsym(library, symbol);
  if (address == nullptr) Fail(std::string("the library has no symbol ") + symbol);
  return address;
}

template <class Function>
Function* Symbol(const char* name) {
  return reinterpret_cast<Function*>(Address(name));
}

// One function of the library whose first instructions are exchanged for a jump to ours.
class Detour {
 public:
  void Install(const char* symbol, void* replacement) {
    target_ = static_cast<unsigned char*>(Address(symbol));
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto begin = reinterpret_cast<std::uintptr_t>(target_) & ~(page - 1);
    if (mprotect(reinterpret_cast<void*>(begin), 2 * page, PROT_READ | PROT_WRITE | PROT_EXEC) != 0) {
      Fail(std::string("cannot change the library's code: ") + std::strerror(errno));
    }
    std::memcpy(original_, target_, sizeof original_);
    std::memcpy(jump_, "\xff\x25\0\0\0\0", 6);  // jmp *[the eight bytes that follow]
    std::memcpy(jump_ + 6, &replacement, sizeof replacement);
    Divert();
  }
  void Divert() { std::memcpy(target_, jump_, sizeof jump_); }
  void Restore() { std::memcpy(target_, original_, sizeof original_); }

  // Calls the function as it was. Only the thread that starts Mesos comes here.
  template <class... Arguments>
  void CallOriginal(Arguments... arguments) {
    Restore();
    reinterpret_cast<void (*)(Arguments...)>(target_)(arguments...);
    Divert();
  }

 private:
  unsigned char* target_ = nullptr;
  unsigned char original_[14] = {};
  unsigned char jump_[14] = {};
};

Detour master_constructor;
Detour agent_constructor;
Detour containerizer_create;
Detour log_constructor;
std::string leader;        // where agents, and masters that stand by, find the leader
std::string zookeeper;     // where a master stands for election
int quorum = 0;            // how many masters must have what is in the registry
void* detector = nullptr;  // mesos::master::detector::MasterDetector, one for all in this process

constexpr char kMasterConstructor[] =
    "_ZN5mesos8internal6master6MasterC1EPNS_9allocator9AllocatorEPNS1_9RegistrarEPNS0_5FilesEPNS_6master9"
    "contender15MasterContenderEPNSA_8detector14MasterDetectorERK6OptionIPNS_10AuthorizerEERKSH_ISt10share"
    "d_ptrIN7process11RateLimiterEEERKNS1_5FlagsE";
constexpr char kAgentConstructor[] =
    "_ZN5mesos8internal5slave5SlaveC1ERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEERKNS1_5FlagsEP"
    "NS_6master8detector14MasterDetectorEPNS1_13ContainerizerEPNS0_5FilesEPNS1_16GarbageCollectorEPNS1_23T"
    "askStatusUpdateManagerEPNS_5slave17ResourceEstimatorEPNSQ_13QoSControllerEPNS_15SecretGeneratorEPNS1_"
    "16VolumeGidManagerEPNS0_20PendingFutureTrackerEON7process5OwnedINS1_9CSIServerEEERK6OptionINS11_7netw"
    "ork8internal6SocketINS17_4unix7AddressEEEERKS16_IPNS_10AuthorizerEE";
constexpr char kContainerizerCreate[] =
    "_ZN5mesos8internal5slave13Containerizer6createERKNS1_5FlagsEbPNS1_7FetcherEPNS1_16GarbageCollectorEPN"
    "S_14SecretResolverEPNS1_16VolumeGidManagerEPNS0_20PendingFutureTrackerEPNS1_9CSIServerE";
constexpr char kLogConstructor[] =
    "_ZN5mesos3log3LogC1EiRKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEERKSt3setIN7process4UPIDESt"
    "4lessISC_ESaISC_EEbRK6OptionIS7_E";
constexpr char kSharedLogConstructor[] =
    "_ZN5mesos3log3LogC1EiRKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEES9_RK8DurationS9_RK6Option"
    "IN9zookeeper14AuthenticationEEbRKSD_IS7_E";
constexpr char kDetectorCreate[] =
    "_ZN5mesos6master8detector14MasterDetector6createERK6OptionINSt7__cxx1112basic_stringIcSt11char_traits"
    "IcESaIcEEEESC_RKS3_I8DurationE";
constexpr char kContenderCreate[] =
    "_ZN5mesos6master9contender15MasterContender6createERK6OptionINSt7__cxx1112basic_stringIcSt11char_trai"
    "tsIcESaIcEEEESC_RKS3_I8DurationE";
constexpr char kInitialize[] =
    "_ZN7process10initializeERK6OptionINSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEES9_S9_";
constexpr char kLaunch[] = "_ZN5mesos8internal5local6launchERKNS1_5FlagsEPNS_9allocator9AllocatorE";
constexpr char kAppoint[] =
    "_ZN5mesos6master8detector24StandaloneMasterDetector7appointERKN7process4UPIDE";
constexpr char kAddressOfProcess[] = "_ZN7process4UPIDC1EPKc";

std::int64_t ZooKeeperTimeout() {
  const char* timeout = std::getenv("ROSTRUM_ZK_TIMEOUT_MS");
  return std::atoll(timeout == nullptr ? "10000" : timeout) * 1000000;  // nanoseconds, as Duration has it
}

// MasterDetector::create and MasterContender::create take the same arguments.
void* Create(const char* symbol, const std::string& where) {
  TryPointer made;
  Symbol<void(TryPointer*, const Option<std::string>&, const Option<std::string>&,
              const Option<std::int64_t>&)>(symbol)(
      &made, Option<std::string>(where), Option<std::string>(), Option<std::int64_t>(ZooKeeperTimeout()));
  if (made.result.state != 0) Fail("this is no address of a master or of ZooKeeper: " + where);
  return made.result.value;
}

// The registry's log: in place of one of its own, the master gets a copy of the one that all share.
void ConstructLog(void* self, int own_quorum, void* folder, void* own_peers, bool initialize,
                  void* metrics) {
  if (zookeeper.empty()) {
    log_constructor.CallOriginal(self, own_quorum, folder, own_peers, initialize, metrics);
    return;
  }
  const std::size_t slash = zookeeper.find('/', 5);  // behind zk://
  const std::string servers = zookeeper.substr(5, slash - 5);
  const std::string node = zookeeper.substr(slash) + "/log_replicas";
  const std::int64_t timeout = ZooKeeperTimeout();
  struct {
    int state = 1;  // none
    char room[256] = {};
  } authentication;
  Symbol<void(void*, int, void*, const std::string&, const std::int64_t&, const std::string&, void*, bool,
              void*)>(kSharedLogConstructor)(self, quorum, folder, servers, timeout, node,
                                             &authentication, initialize, metrics);
}

void ConstructMaster(void* self, void* allocator, void* registrar, void* files, void* contender,
                     void* own_detector, void* authorizer, void* limiter, void* flags) {
  if (!zookeeper.empty()) contender = Create(kContenderCreate, zookeeper);
  master_constructor.CallOriginal(self, allocator, registrar, files, contender,
                                  detector == nullptr ? own_detector : detector, authorizer, limiter,
                                  flags);
}

void ConstructAgent(void* self, void* id, void* flags, void* /*own_detector*/, void* containerizer,
                    void* files, void* collector, void* updates, void* estimator, void* controller,
                    void* secrets, void* volumes, void* futures, void* storage, void* socket,
                    void* authorizer) {
  agent_constructor.CallOriginal(self, id, flags, detector, containerizer, files, collector, updates,
                                 estimator, controller, secrets, volumes, futures, storage, socket,
                                 authorizer);
}

// In local mode containers share the agent's output; elsewhere they have files in their sandboxes.
void CreateContainerizer(void* result, void* flags, bool /*local*/, void* fetcher, void* collector,
                         void* secrets, void* volumes, void* futures, void* storage) {
  containerizer_create.CallOriginal(result, flags, false, fetcher, collector, secrets, volumes, futures,
                                    storage);
}

// libprocess listens on the port that the system gave it; no function of it tells which.
int ListeningPort() {
  for (int descriptor = 3; descriptor < 1024; ++descriptor) {
    int listens = 0;
    socklen_t size = sizeof listens;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0) continue;
    sockaddr_in address{};
    size = sizeof address;
    if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
        address.sin_family == AF_INET) {
      return ntohs(address.sin_port);
    }
  }
  Fail("libprocess does not listen");
}

// mesos::internal::local::Flags as far as launch() reads them.
struct LocalFlags {
  void* unused = nullptr;
  std::string work_folder;
  int agents = 0;
  char rest[4096] = {};
};

void Start(const std::string& work_folder, int agents) {
  // Requests for no process in particular go to this one, as in Mesos' own programs.
  const std::string first = agents == 0 ? "master" : "slave(1)";
  Symbol<bool(const Option<std::string>&, const Option<std::string>&, const Option<std::string>&)>(
      kInitialize)(Option<std::string>(first), Option<std::string>("mesos-rw"),
                   Option<std::string>("mesos-ro"));
  if (!leader.empty()) detector = Create(kDetectorCreate, leader);
  master_constructor.Install(kMasterConstructor, reinterpret_cast<void*>(&ConstructMaster));
  agent_constructor.Install(kAgentConstructor, reinterpret_cast<void*>(&ConstructAgent));
  log_constructor.Install(kLogConstructor, reinterpret_cast<void*>(&ConstructLog));
  containerizer_create.Install(kContainerizerCreate, reinterpret_cast<void*>(&CreateContainerizer));

  static LocalFlags flags;
  flags.work_folder = work_folder;
  flags.agents = agents;
  static char pid[1024];  // room for the process::PID<Master> that it returns
  Symbol<void(void*, const LocalFlags&, void*)>(kLaunch)(pid, flags, nullptr);
  std::cout << "port " << ListeningPort() << std::endl;
}

void Appoint(const std::string& address) {
  if (detector == nullptr || leader.rfind("zk://", 0) == 0) Fail("the leader is not appointed here");
  alignas(16) static char upid[1024];  // a process::UPID; what the last one held is lost, and is little
  Symbol<void(void*, const char*)>(kAddressOfProcess)(upid, ("master@" + address).c_str());
  Symbol<void(void*, const void*)>(kAppoint)(detector, upid);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string kind = argc > 3 ? argv[3] : "";
  int agents = 0;
  if (kind == "master" && (argc == 4 || argc == 6)) {
    if (argc == 6) {
      zookeeper = leader = argv[4];
      quorum = std::atoi(argv[5]);
      if (zookeeper.rfind("zk://", 0) != 0 || zookeeper.find('/', 5) == std::string::npos || quorum <= 0) {
        Fail("expected zk://HOST:PORT/PATH and a number of masters, got " + zookeeper + " and " + argv[5]);
      }
    }
  } else if (kind == "agents" && argc == 6) {
    agents = std::atoi(argv[4]);
    leader = argv[5];
    if (agents <= 0) Fail("expected a number of agents, got " + std::string(argv[4]));
  } else {
    Fail("usage: mesos_host LIBRARY FOLDER master [ZOOKEEPER QUORUM] | LIBRARY FOLDER agents NUMBER LEADER");
  }
  library = dlopen(argv[1], RTLD_LAZY | RTLD_GLOBAL);
  if (library == nullptr) Fail(dlerror());
  Start(argv[2], agents);

  std::string line;
  while (std::getline(std::cin, line)) {
    if (line.rfind("leader ", 0) != 0) Fail("unknown command: " + line);
    Appoint(line.substr(7));
  }
  _exit(0);
}
