#include "lib/wire/near_key.h"

#include <algorithm>
#include <vector>

namespace rostrum::wire {
namespace {

char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool SameLetter(char a, char b) { return ToLower(a) == ToLower(b); }

// The edits between two short texts. Row i holds the distances of a's first i characters from all
// beginnings of b; only the last three rows are needed.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = last[j - 1] + (SameLetter(a[i - 1], b[j - 1]) ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      const bool swapped =
          i > 1 && j > 1 && SameLetter(a[i - 1], b[j - 2]) && SameLetter(a[i - 2], b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), SameLetter);
}

std::string_view NearestKey(std::string_view key, std::span<const std::string_view> known) {
  std::string_view nearest;
  size_t fewest = 0;
  for (const std::string_view candidate : known) {
    // More than half of it wrong is no misspelling. This also spares hostile keys the comparison.
    const size_t longer = std::max(key.size(), candidate.size());
    const size_t shorter = std::min(key.size(), candidate.size());
    if ((longer - shorter) * 2 > longer) continue;
    const size_t edits = EditDistance(key, candidate);
    if (edits * 2 > longer || (!nearest.empty() && edits >= fewest)) continue;
    nearest = candidate;
    fewest = edits;
  }
  return nearest;
}

}  // namespace rostrum::wire
