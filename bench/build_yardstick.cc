// What bench/build.sh compiles again and again to learn how fast the machine is. It stays as it is:
// it includes what the library's units include most, and makes the compiler work on a little of it.
#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace {

template <int kNumber>
struct Record {
  std::string name;
  std::map<std::string, int> counts;
  std::optional<double> value;
  std::variant<int, std::string> either;
  std::unordered_map<std::string, std::vector<double>> lists;
};

template <int kNumber>
size_t Work(std::vector<Record<kNumber>>* records) {
  std::sort(records->begin(), records->end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  std::set<std::string> names;
  for (Record<kNumber>& record : *records) {
    names.insert(record.name);
    record.counts[record.name + "x"] += kNumber;
    record.lists[record.name].push_back(kNumber);
    std::stable_sort(record.lists[record.name].begin(), record.lists[record.name].end());
  }
  std::function<size_t(size_t)> add = [&](size_t more) { return names.size() + more; };
  return add(records->size());
}

}  // namespace

size_t WorkAll() {
  std::vector<Record<1>> one(3);
  std::vector<Record<2>> two(3);
  std::vector<Record<3>> three(3);
  std::vector<Record<4>> four(3);
  return Work(&one) + Work(&two) + Work(&three) + Work(&four);
}
