#include "lib/wire/json_writer.h"

#include <cmath>
#include <variant>

#include "lib/base/format.h"
#include "lib/wire/rapidjson.h"
#include "lib/wire/text.h"

namespace rostrum::wire {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// A RapidJSON output stream.
struct StringStream {
  using Ch = char;

  void Put(char c) { text.push_back(c); }
  void Flush() {}

  std::string text;
};

std::string ReplaceInvalid(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const size_t length = ValidPrefix(text);
    valid += text.substr(0, length);
    text.remove_prefix(length);
    if (text.empty()) break;
    valid += kReplacement;
    text.remove_prefix(1);
  }
  return valid;
}

}  // namespace

class JsonWriter::Impl {
 public:
  explicit Impl(Layout layout) {
    if (layout == Layout::kPretty) {
      writer_.emplace<Pretty>(stream_).SetIndent(' ', 2);
    } else {
      writer_.emplace<Compact>(stream_);
    }
  }

  // Calls `use` with the writer, whose class depends on the layout.
  template <typename Use>
  void With(Use use) {
    std::visit(
        [&](auto& writer) {
          if constexpr (!std::is_same_v<decltype(writer), std::monostate&>) use(writer);
        },
        writer_);
  }

  // `use` with a text's characters and length.
  template <typename Use>
  void WithText(std::string_view text, Use use) {
    if (ValidPrefix(text) < text.size()) {
      const std::string valid = ReplaceInvalid(text);
      With([&](auto& writer) { use(writer, valid.data(), Length(valid)); });
    } else {
      // RapidJSON does not take null, which an empty view may have.
      const char* data = text.empty() ? "" : text.data();
      With([&](auto& writer) { use(writer, data, Length(text)); });
    }
  }

  const std::string& text() const { return stream_.text; }

  std::string TakeText() {
    std::string text = std::move(stream_.text);
    stream_.text.clear();
    With([this](auto& writer) { writer.Reset(stream_); });
    return text;
  }

 private:
  using Compact = rapidjson::Writer<StringStream>;
  using Pretty = rapidjson::PrettyWriter<StringStream>;

  static rapidjson::SizeType Length(std::string_view text) {
    return static_cast<rapidjson::SizeType>(text.size());
  }

  StringStream stream_;
  std::variant<std::monostate, Compact, Pretty> writer_;
};

JsonWriter::JsonWriter(Layout layout) : impl_(std::make_unique<Impl>(layout)) {}
JsonWriter::~JsonWriter() = default;
JsonWriter::JsonWriter(JsonWriter&&) noexcept = default;
JsonWriter& JsonWriter::operator=(JsonWriter&&) noexcept = default;

void JsonWriter::BeginObject() {
  impl_->With([](auto& writer) { writer.StartObject(); });
}

void JsonWriter::EndObject() {
  impl_->With([](auto& writer) { writer.EndObject(); });
}

void JsonWriter::BeginArray() {
  impl_->With([](auto& writer) { writer.StartArray(); });
}

void JsonWriter::EndArray() {
  impl_->With([](auto& writer) { writer.EndArray(); });
}

void JsonWriter::Key(std::string_view key) {
  impl_->WithText(key, [](auto& writer, const char* data, rapidjson::SizeType length) {
    writer.Key(data, length);
  });
}

void JsonWriter::String(std::string_view text) {
  impl_->WithText(text, [](auto& writer, const char* data, rapidjson::SizeType length) {
    writer.String(data, length);
  });
}

void JsonWriter::Int(int64_t value) {
  impl_->With([value](auto& writer) { writer.Int64(value); });
}

void JsonWriter::Uint(uint64_t value) {
  impl_->With([value](auto& writer) { writer.Uint64(value); });
}

void JsonWriter::Double(double value) {
  if (!std::isfinite(value)) return Null();
  const std::string digits = Format("{}", value);
  impl_->With(
      [&](auto& writer) { writer.RawValue(digits.data(), digits.size(), rapidjson::kNumberType); });
}

void JsonWriter::Bool(bool value) {
  impl_->With([value](auto& writer) { writer.Bool(value); });
}

void JsonWriter::Null() {
  impl_->With([](auto& writer) { writer.Null(); });
}

const std::string& JsonWriter::text() const { return impl_->text(); }

std::string JsonWriter::TakeText() { return impl_->TakeText(); }

}  // namespace rostrum::wire
