// Any sequence of calls of the C ABI, with any records: nothing may crash, leak or hang, and what
// the engine says must add up.

#include <cstdint>
#include <cstring>
#include <string>

#include "rostrum/rostrum.h"

namespace {

// Takes the input apart; past its end everything is zero.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  bool empty() const { return at_ >= size_; }
  uint8_t Byte() { return empty() ? 0 : data_[at_++]; }

  template <typename Value>
  Value Take() {
    Value value{};
    const size_t size = size_ - at_ < sizeof(value) ? size_ - at_ : sizeof(value);
    std::memcpy(&value, data_ + at_, size);
    at_ += size;
    return value;
  }

 private:
  const uint8_t* data_;
  size_t size_;
  size_t at_ = 0;
};

void Require(bool holds) {
  if (!holds) __builtin_trap();
}

// Makes a call. A failure must come with an error object that has its code and a text, and must
// not be the library's own fault.
template <typename Call>
void Check(Call call) {
  rostrum_error_t* error = nullptr;
  const rostrum_code_t code = call(&error);
  Require((code == ROSTRUM_OK) == (error == nullptr));
  if (error != nullptr) {
    Require(rostrum_error_code(error) == code);
    Require(std::strlen(rostrum_error_text(error)) > 0);
    Require(code != ROSTRUM_INTERNAL);
  }
  rostrum_error_destroy(error);
}

constexpr const char* kNames[] = {"a", "b", "c", "d", "preloaded:x", "preloaded", "x", ""};

// Few names and small numbers, so that calls meet each other's cells, offers and auctions.
class Session {
 public:
  explicit Session(Bytes bytes) : bytes_(bytes) {
    constexpr const char* kStrategies[] = {"diego", "binpack", "spread", "bestfit"};
    rostrum_strategy_t* strategy = nullptr;
    Require(rostrum_strategy_create(kStrategies[bytes_.Byte() % 4], &strategy, nullptr) ==
            ROSTRUM_OK);
    Require(rostrum_engine_create(strategy, &engine_, nullptr) == ROSTRUM_OK);
    Require(rostrum_batch_create(&batch_, nullptr) == ROSTRUM_OK);
    rostrum_strategy_destroy(strategy);
  }

  ~Session() {
    rostrum_round_destroy(round_);
    rostrum_batch_destroy(batch_);
    rostrum_engine_destroy(engine_);
  }

  void Run() {
    for (int calls = 0; calls < 200 && !bytes_.empty(); ++calls) Call(bytes_.Byte());
    rostrum_offer_counts_t counts;
    Require(rostrum_engine_count_offers(engine_, &counts, nullptr) == ROSTRUM_OK);
  }

 private:
  const char* Name() { return kNames[bytes_.Byte() % 8]; }

  rostrum_text_t Text() {
    // Mostly a text that is there, at times any position.
    if (bytes_.Byte() % 16 == 0) return bytes_.Take<rostrum_text_t>();
    const char* name = Name();
    rostrum_text_t text{};
    Require(rostrum_batch_add_text(batch_, name, std::strlen(name), &text, nullptr) == ROSTRUM_OK);
    return text;
  }

  rostrum_range_t Texts() {
    if (bytes_.Byte() % 16 == 0) return bytes_.Take<rostrum_range_t>();
    rostrum_text_t texts[3];
    const size_t count = bytes_.Byte() % 4;
    for (size_t i = 0; i < count; ++i) texts[i] = Text();
    rostrum_range_t range{};
    Require(rostrum_batch_add_texts(batch_, texts, count, &range, nullptr) == ROSTRUM_OK);
    return range;
  }

  int64_t Number() {
    return bytes_.Byte() % 16 == 0 ? bytes_.Take<int64_t>() : int64_t{bytes_.Byte()} * 1000;
  }

  rostrum_resources_t Resources() {
    rostrum_resources_t resources{};
    resources.memory = Number();
    resources.disk = Number();
    resources.cpu = Number();
    resources.containers = bytes_.Byte();
    if (bytes_.Byte() % 4 == 0) {
      const rostrum_scalar_t scalar = {Text(), Number()};
      Require(rostrum_batch_add_scalars(batch_, &scalar, 1, &resources.scalars, nullptr) ==
              ROSTRUM_OK);
    }
    return resources;
  }

  void AddSignature() {
    rostrum_provider_t provider{};
    provider.scheme = Text();
    provider.type = bytes_.Byte() % 5;
    provider.set = Texts();
    rostrum_signature_t signature{};
    rostrum_batch_add_providers(batch_, &provider, 1, &signature.providers, nullptr);
    signature.volume_drivers = Texts();
    signature.placement_tags = Texts();
    rostrum_batch_add_signatures(batch_, &signature, 1, nullptr, nullptr);
  }

  void AddCell() {
    rostrum_cell_t cell{};
    cell.id = Text();
    cell.zone = Text();
    cell.index = bytes_.Byte();
    cell.total = Resources();
    cell.available = Resources();
    cell.overhead = Resources();
    cell.proxy_memory = Number();
    cell.starting_containers = bytes_.Byte();
    cell.task_count = bytes_.Byte();
    cell.lrps = Texts();
    cell.signature = bytes_.Byte() % 3;
    cell.flags = bytes_.Byte() % 33;
    cell.other_lrps = bytes_.Byte();
    cell.first_fit_index = bytes_.Byte();
    rostrum_batch_add_cells(batch_, &cell, 1, nullptr, nullptr);
  }

  void AddOffer() {
    rostrum_offer_t offer{};
    offer.id = Text();
    offer.agent_id = Text();
    offer.zone = Text();
    offer.resources = Resources();
    offer.used = Resources();
    offer.overhead = Resources();
    offer.received_ms = bytes_.Byte();
    offer.lrps = Texts();
    offer.signature = bytes_.Byte() % 3;
    offer.flags = bytes_.Byte() % 2 == 0 ? 0 : ROSTRUM_CELL_NOT_STARTED;
    rostrum_batch_add_offers(batch_, &offer, 1, nullptr, nullptr);
  }

  void AddWork() {
    rostrum_work_t work{};
    work.guid = Text();
    work.domain = Text();
    work.rootfs = Text();
    work.asked = Resources();
    work.placement_tags = Texts();
    work.volume_drivers = Texts();
    work.kind = bytes_.Byte() % 4;
    const int32_t indices[] = {bytes_.Byte(), 0, 1, 2};
    rostrum_batch_add_indices(batch_, indices, bytes_.Byte() % 5, &work.indices, nullptr);
    rostrum_batch_add_work(batch_, &work, 1, nullptr, nullptr);
  }

  void RunRound() {
    rostrum_round_destroy(round_);
    round_ = nullptr;
    const uint64_t waiting = rostrum_engine_queue_size(engine_);
    const uint8_t seed = bytes_.Byte();
    Check([&](auto** error) { return rostrum_engine_run_round(engine_, seed, 0, &round_, error); });
    size_t count = 0;
    const rostrum_decision_t* decisions = rostrum_round_decisions(round_, &count);
    Require(count == waiting);
    Require(rostrum_round_placed_count(round_) + rostrum_round_refused_count(round_) == count);
    if (count == 0) return;
    size_t size = 0;
    const char* text = rostrum_round_bytes(round_, &size);
    const rostrum_text_t id = decisions[bytes_.Byte() % count].identifier;
    Require(uint64_t{id.offset} + id.length <= size);
    Explain(std::string(text + id.offset, id.length));
  }

  void Explain(const std::string& identifier) {
    rostrum_explanation_t* explanation = nullptr;
    const auto kind = bytes_.Byte() % 2 == 0 ? ROSTRUM_LRP : ROSTRUM_TASK;
    Check([&](auto** error) {
      return rostrum_engine_explain(engine_, round_, kind, identifier.c_str(), &explanation, error);
    });
    rostrum_explanation_destroy(explanation);
  }

  void HandBack() {
    if (round_ == nullptr) return;
    const uint32_t positions[] = {bytes_.Byte(), bytes_.Byte()};
    const size_t count = bytes_.Byte() % 3;
    uint64_t undone = 0;
    Check([&](auto** error) {
      return rostrum_engine_hand_back(engine_, round_, positions, count, &undone, error);
    });
    Require(undone <= count);
  }

  void Snapshot() {
    rostrum_batch_t* cells = nullptr;
    Check([&](auto** error) { return rostrum_engine_snapshot(engine_, &cells, error); });
    if (bytes_.Byte() % 2 == 0) {
      // What an engine tells of itself can be told to it.
      rostrum_strategy_t* strategy = nullptr;
      rostrum_engine_t* other = nullptr;
      rostrum_strategy_create("diego", &strategy, nullptr);
      rostrum_engine_create(strategy, &other, nullptr);
      Check([&](auto** error) { return rostrum_engine_update_cells(other, cells, 1, error); });
      rostrum_engine_destroy(other);
      rostrum_strategy_destroy(strategy);
    }
    rostrum_batch_destroy(cells);
  }

  rostrum_code_t OnCell(uint8_t which, const char* name, uint8_t number, rostrum_error_t** error) {
    switch (which % 8) {
      case 0:
        return rostrum_engine_remove_cell(engine_, name, error);
      case 1:
        return rostrum_engine_set_cell_disabled(engine_, name, number % 2, error);
      case 2:
        return rostrum_engine_drain_cell(engine_, name, error);
      case 3:
        return rostrum_engine_rescind_offer(engine_, name, error);
      case 4:
        return rostrum_engine_decline_offer(engine_, name, error);
      case 5:
        return rostrum_engine_accept_offers(engine_, name, batch_, error);
      case 6:
        return rostrum_engine_lose_agent(engine_, name, error);
      default:
        return rostrum_engine_expire_offers(engine_, number, batch_, error);
    }
  }

  rostrum_code_t OnEngine(uint8_t call, rostrum_error_t** error) {
    const uint8_t number = bytes_.Byte();
    switch (call) {
      case 5:
        return rostrum_engine_update_cells(engine_, batch_, number % 2, error);
      case 6:
        return rostrum_engine_add_offers(engine_, batch_, error);
      case 7:
        return rostrum_engine_submit(engine_, batch_, 0, nullptr, error);
      case 12:
        return rostrum_engine_set_option(engine_, "starting_container_count_maximum", Name(),
                                         error);
      default:
        return OnCell(bytes_.Byte(), Name(), number, error);
    }
  }

  void Call(uint8_t call) {
    switch (call % 14) {
      case 0:
        return AddSignature();
      case 1:
        return AddCell();
      case 2:
        return AddOffer();
      case 3:
      case 4:
        return AddWork();
      case 8:
        return RunRound();
      case 9:
        return HandBack();
      case 10:
        return Snapshot();
      case 11:
        return rostrum_batch_clear(batch_);
      default:
        return Check([&](auto** error) { return OnEngine(call % 14, error); });
    }
  }

  Bytes bytes_;
  rostrum_engine_t* engine_ = nullptr;
  rostrum_batch_t* batch_ = nullptr;
  rostrum_round_t* round_ = nullptr;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Session(Bytes(data, size)).Run();
  return 0;
}
