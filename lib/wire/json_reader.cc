#include "lib/wire/json_reader.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <span>
#include <utility>

#include "lib/base/format.h"
#include "lib/wire/rapidjson.h"
#include "lib/wire/read_file.h"
#include "lib/wire/text.h"

namespace rostrum::wire {
namespace {

bool IsBetweenTokens(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == ',' || c == ':';
}

// Whether a key can stand in a path as it is.
bool IsPlain(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '+';
  });
}

std::string KeyStep(std::string_view key) {
  return IsPlain(key) ? Format(".{}", Cut(key)) : Format("[\"{}\"]", Cut(key));
}

// The last key of a path, with the indices after it: what a person calls the value.
std::string NameOf(const std::vector<std::string>& path) {
  const auto is_key = [](const std::string& step) { return step[0] == '.' || step[1] == '"'; };
  const auto last = std::find_if(path.rbegin(), path.rend(), is_key);
  const auto first = last == path.rend() ? path.begin() : std::prev(last.base());
  const std::string name = Join(std::span(first, path.end()), "");
  return name.starts_with('.') ? name.substr(1) : name;
}

// Where the first escape stands that names the second half of a surrogate pair without the first
// one. RapidJSON 1.1 lets it through and makes of it what is not UTF-8.
// REQUIRES: the text starts with a string that is well formed but for such halves.
size_t FindLoneHalf(std::string_view text) {
  for (size_t at = 1; at < text.size(); ++at) {
    if (text[at] != '\\') continue;
    ++at;
    if (text[at] != 'u') continue;
    const bool half = text[at + 1] == 'd' || text[at + 1] == 'D';
    const char second = half ? text[at + 2] : '0';
    // A first half is followed by its second, so both are passed over.
    if (second == '8' || second == '9' || (second | 0x20) == 'a' || (second | 0x20) == 'b') {
      at += 6;
    } else if (second != '0' && (second | 0x20) >= 'c') {
      return at - 1;
    }
  }
  return 0;
}

}  // namespace

size_t JsonHandler::NextToken() const {
  size_t at = end_;
  while (at < text_.size() && IsBetweenTokens(text_[at])) ++at;
  return at;
}

void JsonHandler::Advance(size_t end) {
  begin_ = NextToken();
  end_ = end;
}

void JsonHandler::AdvanceOverBracket() {
  begin_ = NextToken();
  end_ = begin_ + 1;
}

Form* JsonHandler::BeginValue(bool is_object) {
  if (levels_.empty()) {
    in_root_element_ = is_object && roots_ == Roots::kElementsToo;
    if (!in_root_element_) return root_;
    ++root_elements_;
    return root_->BeginElement();
  }
  Level& level = levels_.back();
  if (!level.is_array) return member_;
  ++level.count;
  level.in_child = true;
  return level.form->BeginElement();
}

void JsonHandler::EndValue() {
  if (levels_.empty()) {
    if (std::exchange(in_root_element_, false)) root_->EndElement();
    return;
  }
  Level& level = levels_.back();
  level.in_child = false;
  if (level.is_array) {
    level.form->EndElement();
  } else {
    level.form->EndMember();
  }
}

template <typename Take>
bool JsonHandler::TakeScalar(Take take) {
  if (skipped_levels_ > 0) return true;
  Form* form = BeginValue(/*is_object=*/false);
  if (form != nullptr && !take(*form) && !RefuseValue(form, /*opens=*/false)) return false;
  if (skipped_levels_ == 0) EndValue();
  return true;
}

bool JsonHandler::Null() {
  Advance(stream_.Tell());
  return TakeScalar([](Form& form) { return form.TakeNull(); });
}

bool JsonHandler::Bool(bool value) {
  Advance(stream_.Tell());
  return TakeScalar([value](Form& form) { return form.TakeBool(value); });
}

bool JsonHandler::RawNumber(const char* text, rapidjson::SizeType length, bool /*copy*/) {
  Advance(stream_.Tell());
  return TakeScalar([&](Form& form) { return form.TakeNumber({text, length}); });
}

bool JsonHandler::String(const char* text, rapidjson::SizeType length, bool /*copy*/) {
  Advance(stream_.Tell());
  if (!CheckString({text, length})) return false;
  return TakeScalar([&](Form& form) { return form.TakeString({text, length}); });
}

bool JsonHandler::Key(const char* text, rapidjson::SizeType length, bool /*copy*/) {
  Advance(stream_.Tell());
  const std::string_view key(text, length);
  if (!CheckString(key)) return false;
  if (skipped_levels_ > 0) return true;
  member_ = nullptr;
  std::string problem = levels_.back().form->BeginMember(key, &member_);
  if (!problem.empty()) return Refuse(nullptr, /*opens=*/false, std::move(problem));
  levels_.back().key = text_.substr(begin_ + 1, end_ - begin_ - 2);
  levels_.back().in_child = true;
  return true;
}

bool JsonHandler::CheckString(std::string_view decoded) {
  if (decoded.size() > kTokenMaximum) return Stop(TokenTooLongAt(begin_));
  // The halves of surrogate pairs all start with this byte, in what goes for UTF-8.
  if (decoded.find('\xED') == std::string_view::npos || ValidPrefix(decoded) == decoded.size()) {
    return true;
  }
  const size_t at = begin_ + FindLoneHalf(text_.substr(begin_, end_ - begin_));
  return Stop(ProblemAt(
      at, Format("broken escape {}, expected both halves of a pair such as \\ud83d\\ude00",
                      Escape(text_.substr(at, 6)))));
}

bool JsonHandler::Open(bool is_array) {
  AdvanceOverBracket();
  if (levels_.size() + skipped_levels_ >= kNestingMaximum) {
    return Stop(ProblemAt(begin_, Format("level {} of nesting, expected at most {} levels",
                                              kNestingMaximum + 1, kNestingMaximum)));
  }
  if (skipped_levels_ > 0) {
    ++skipped_levels_;
    return true;
  }
  Form* form = BeginValue(/*is_object=*/!is_array);
  if (form == nullptr) {
    skipped_levels_ = 1;
    return true;
  }
  const bool taken = is_array ? form->BeginArray() : form->BeginObject();
  if (!taken) return RefuseValue(form, /*opens=*/true);
  levels_.push_back({.form = form, .is_array = is_array, .begin = begin_});
  if (form == root_) levels_.back().count = root_elements_;
  return true;
}

bool JsonHandler::Close() {
  AdvanceOverBracket();
  if (skipped_levels_ > 0) {
    if (--skipped_levels_ == 0) EndValue();
    return true;
  }
  const Level level = levels_.back();
  levels_.pop_back();
  if (level.form == root_) root_elements_ = level.count;
  Complaint complaint = level.form->End();
  if (complaint.located) return Stop(std::move(complaint.text));
  if (!complaint.text.empty()) {
    begin_ = level.begin;
    // It may be no element at all, but something that holds elements.
    if (levels_.empty() && in_root_element_) {
      complaint.text += Format(", in {}", root_->Expected());
    }
    if (!Refuse(level.form, /*opens=*/false, std::move(complaint.text))) return false;
  }
  if (skipped_levels_ == 0) EndValue();
  return true;
}

bool JsonHandler::RefuseValue(Form* form, bool opens) {
  const std::vector<std::string> path = Path();
  const std::string name = path.empty() ? "the JSON text" : NameOf(path);
  return Refuse(
      form, opens,
      Format("{} is {}, expected {}", name, ValueExcerpt(text_, begin_), form->Expected()));
}

bool JsonHandler::Refuse(Form* form, bool opens, std::string problem) {
  const std::string located = ProblemAt(begin_, problem);
  const size_t opened = opens ? 1 : 0;
  if (form != nullptr && form->KeepProblem(located)) {
    skipped_levels_ = opened;
    return true;
  }
  for (size_t kept = levels_.size(); kept-- > 0;) {
    if (!levels_[kept].form->KeepProblem(located)) continue;
    skipped_levels_ = levels_.size() - kept + opened;
    levels_.resize(kept);
    return true;
  }
  return Stop(located);
}

bool JsonHandler::Stop(std::string problem) {
  problem_ = std::move(problem);
  return false;
}

std::vector<std::string> JsonHandler::Path() const {
  std::vector<std::string> path;
  if (in_root_element_) path.push_back(Format("[{}]", root_elements_ - 1));
  for (const Level& level : levels_) {
    if (!level.in_child) break;
    path.push_back(level.is_array ? Format("[{}]", level.count - 1) : KeyStep(level.key));
  }
  return path;
}

std::string JsonHandler::TokenTooLongAt(size_t offset) {
  return ProblemAt(offset, Format("a string or number is too long, expected at most {} bytes",
                                       kTokenMaximum));
}

std::string JsonHandler::ProblemAt(size_t offset, std::string_view problem) {
  const Position position = positions_.At(offset);
  const std::string path = Join(Path(), "");
  // A problem that starts with its path need not say it again.
  const bool says_path = path.empty() || problem.starts_with(Format("{} is ", path));
  return Format("{}:{}:{}: {}{}", Escape(file_name_), position.line, position.column, problem,
                     says_path ? "" : Format(" (at {})", path));
}

namespace {

struct TokenTooLong {};

// RapidJSON's buffer, in which it decodes strings. Unlike its own allocator this one has a limit,
// and does not return null, which RapidJSON would write to.
class BoundedAllocator {
 public:
  [[maybe_unused]] static constexpr bool kNeedFree = true;

  void* Malloc(size_t size) { return Realloc(nullptr, 0, size); }

  void* Realloc(void* memory, size_t /*old_size*/, size_t size) {
    // The buffer grows by half, so it gets here only after the longest token that is allowed.
    if (size > 2 * kTokenMaximum) throw TokenTooLong();
    if (size == 0) {
      std::free(memory);
      return nullptr;
    }
    void* moved = std::realloc(memory, size);
    if (moved == nullptr) throw std::bad_alloc();
    return moved;
  }

  static void Free(void* memory) { std::free(memory); }
};

using Reader = rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, BoundedAllocator>;

// Numbers as texts: forms check them exactly, and errors show them as they were written. One value
// at a time: what may follow it is not RapidJSON's to say.
constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag |
                            rapidjson::kParseNumbersAsStringsFlag |
                            rapidjson::kParseStopWhenDoneFlag;

// A text that may be read at all.
Status CheckText(std::string_view text, JsonHandler* handler) {
  // RapidJSON counts in 32 bits.
  if (text.size() > kFileMaximum) {
    return InvalidArgument(handler->ProblemAt(
        0, Format("the text has {} bytes, expected at most {}", text.size(), kFileMaximum)));
  }
  if (const std::string_view encoding = OtherEncoding(text); !encoding.empty()) {
    return InvalidArgument(
        handler->ProblemAt(0, Format("the text is in {}, expected UTF-8", encoding)));
  }
  return {};
}

// Whether there is nothing but white space from the stream's place on.
bool AtEnd(std::string_view text, rapidjson::MemoryStream* stream) {
  rapidjson::SkipWhitespace(*stream);
  return stream->Tell() >= text.size();
}

// One value and no more, or values to the end of the text.
Status Read(std::string_view text, std::string_view file_name, Form* root,
            JsonHandler::Roots roots) {
  rapidjson::MemoryStream stream(text.data(), text.size());
  JsonHandler handler(text, file_name, stream, root, roots);
  if (Status status = CheckText(text, &handler); !status.ok()) return status;
  const bool takes_more = roots == JsonHandler::Roots::kElementsToo;
  SyntaxError error;
  std::string expected = root->Expected();
  try {
    Reader reader;
    for (bool is_first = true;; is_first = false) {
      const size_t begin = stream.Tell();
      const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, handler);
      error.code = result.Code();
      error.offset = result.Offset();
      // What does not even begin as a value need not have been one.
      if (!is_first && error.code == rapidjson::kParseErrorValueInvalid && error.offset == begin) {
        error.code = rapidjson::kParseErrorDocumentEmpty;
      }
      if (error.code != rapidjson::kParseErrorNone || AtEnd(text, &stream) || !takes_more) break;
      expected = "another value or the end of the text";
    }
  } catch (const TokenTooLong&) {
    return InvalidArgument(handler.TokenTooLongAt(handler.NextToken()));
  }
  if (error.code == rapidjson::kParseErrorTermination) return InvalidArgument(handler.problem());
  if (error.code == rapidjson::kParseErrorNone && !AtEnd(text, &stream)) {
    error.code = rapidjson::kParseErrorDocumentRootNotSingular;
    error.offset = stream.Tell();
  }
  if (error.code == rapidjson::kParseErrorNone) return {};
  error.token = handler.NextToken();
  return InvalidArgument(handler.ProblemAt(error.offset, SyntaxProblem(error, text, expected)));
}

}  // namespace

Status ReadJson(std::string_view text, std::string_view file_name, Form* root) {
  return Read(text, file_name, root, JsonHandler::Roots::kOne);
}

Status ReadJsonList(std::string_view text, std::string_view file_name, WholeListForm* root) {
  return Read(text, file_name, root, JsonHandler::Roots::kElementsToo);
}

namespace {

std::string Unexpected(std::string_view text, size_t offset, std::string_view expected) {
  if (offset >= text.size()) return Format("the text ends, expected {}", expected);
  return Format("found {}, expected {}", CharacterExcerpt(text, offset), expected);
}

// A value that does not start as one, or does not go on as it started.
std::string BrokenValue(const SyntaxError& error, std::string_view text) {
  if (error.offset <= error.token) return Unexpected(text, error.offset, "a value");
  switch (text[error.token]) {
    case 'n':
      return Unexpected(text, error.offset, "the rest of null");
    case 't':
      return Unexpected(text, error.offset, "the rest of true");
    case 'f':
      return Unexpected(text, error.offset, "the rest of false");
    default:
      return Unexpected(text, error.offset, "a digit");
  }
}

// Whether the text starts with \uXXXX.
bool IsEscape(std::string_view text) {
  return text.size() >= 6 && std::all_of(text.begin() + 2, text.begin() + 6, [](char c) {
           return std::isxdigit(static_cast<unsigned char>(c)) != 0;
         });
}

// Versions of RapidJSON differ in the code they give to a bad byte in a string, so the byte
// decides.
std::string BrokenString(const SyntaxError& error, std::string_view text) {
  const std::string_view rest = text.substr(std::min(error.offset, text.size()));
  if (rest.size() <= (rest.starts_with('\\') ? 1 : 0)) {
    return "the text ends within a string, expected a closing quote";
  }
  if (error.code == rapidjson::kParseErrorStringUnicodeEscapeInvalidHex) {
    // The first half of a surrogate pair may be good and the second one broken.
    return Format("broken escape {}, expected four hexadecimal digits after \\u",
                       Escape(rest.substr(0, IsEscape(rest) ? 12 : 6)));
  }
  if (error.code == rapidjson::kParseErrorStringUnicodeSurrogateInvalid) {
    return Format("broken escape {}, expected both halves of a pair such as \\ud83d\\ude00",
                       Escape(rest.substr(0, 6)));
  }
  if (rest[0] == '\\') {
    const size_t length = 1 + std::max<size_t>(CharacterLength(rest.substr(1)), 1);
    return Format(
        "broken escape {}, expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX",
        Escape(rest.substr(0, length)));
  }
  const auto byte = static_cast<uint8_t>(rest[0]);
  const std::string expected =
      byte < 0x20 ? Format("the escape {}", Escape(rest.substr(0, 1))) : "valid UTF-8";
  return Format("found byte 0x{:02x} within a string, expected {}", byte, expected);
}

}  // namespace

std::string SyntaxProblem(const SyntaxError& error, std::string_view text, std::string_view whole) {
  switch (error.code) {
    case rapidjson::kParseErrorDocumentEmpty:
      if (error.offset < text.size()) return Unexpected(text, error.offset, whole);
      return Format("the text is empty, expected {}", whole);
    case rapidjson::kParseErrorDocumentRootNotSingular:
      return Unexpected(text, error.offset, "nothing more after the end of the JSON text");
    case rapidjson::kParseErrorValueInvalid:
      return BrokenValue(error, text);
    case rapidjson::kParseErrorObjectMissName:
      return Unexpected(text, error.offset, "a key in double quotes");
    case rapidjson::kParseErrorObjectMissColon:
      return Unexpected(text, error.offset, "\":\"");
    case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket:
      return Unexpected(text, error.offset, "\",\" or \"}\"");
    case rapidjson::kParseErrorArrayMissCommaOrSquareBracket:
      return Unexpected(text, error.offset, "\",\" or \"]\"");
    case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex:
    case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
    case rapidjson::kParseErrorStringEscapeInvalid:
    case rapidjson::kParseErrorStringMissQuotationMark:
    case rapidjson::kParseErrorStringInvalidEncoding:
      return BrokenString(error, text);
    case rapidjson::kParseErrorNumberTooBig:
      return Format("number {} is too large, expected less than 1.8e308",
                         ValueExcerpt(text, error.token));
    case rapidjson::kParseErrorNumberMissFraction:
      return Unexpected(text, error.offset, "a digit after the decimal point");
    case rapidjson::kParseErrorNumberMissExponent:
      return Unexpected(text, error.offset, "a digit of the exponent");
    default:
      return Unexpected(text, error.offset, "JSON");
  }
}

}  // namespace rostrum::wire
