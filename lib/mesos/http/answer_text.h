// What a peer says in the body of an answer, for people.

#ifndef ROSTRUM_LIB_MESOS_HTTP_ANSWER_TEXT_H_
#define ROSTRUM_LIB_MESOS_HTTP_ANSWER_TEXT_H_

#include <algorithm>
#include <string>
#include <string_view>

#include "lib/base/format.h"

namespace rostrum::mesos::http {

// The content type of all calls and events.
inline constexpr char kProtobuf[] = "application/x-protobuf";

// Of an answer that is kept for people.
inline constexpr size_t kTextMaximum = 4096;

// Adds to what was kept of an answer, up to the maximum.
inline void AppendText(std::string_view bytes, std::string* text) {
  text->append(bytes.substr(0, kTextMaximum - std::min(kTextMaximum, text->size())));
}

// "503 (Master has not finished recovery)"
inline std::string DescribeAnswer(int status, const std::string& text) {
  return text.empty() ? Format("{}", status) : Format("{} ({})", status, text);
}

}  // namespace rostrum::mesos::http

#endif  // ROSTRUM_LIB_MESOS_HTTP_ANSWER_TEXT_H_
