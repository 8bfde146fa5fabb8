#include "tests/capi/case_file.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <utility>

#include "lib/wire/wire.h"

namespace rostrum::capi_test {
namespace {

std::string TextOf(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

std::string StringOf(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

Outcome ReadOutcome(const rapidjson::Value& value) {
  Outcome outcome;
  for (const auto& member : value.GetObject()) {
    outcome[StringOf(member.name)] = StringOf(member.value);
  }
  return outcome;
}

bool HasForm(const rapidjson::Document& document) {
  if (!document.IsObject()) return false;
  for (const char* key : {"config", "placed", "failed"}) {
    if (!document.HasMember(key) || !document[key].IsObject()) return false;
  }
  for (const char* key : {"name", "cells", "lrps", "tasks"}) {
    if (!document.HasMember(key)) return false;
  }
  return document["name"].IsString();
}

// Puts what a reader of lib/wire found into its place, or keeps the error.
template <typename Value>
void Take(Expected<Value> found, Value* value, Status* status) {
  if (found.ok()) {
    *value = std::move(*found);
  } else if (status->ok()) {
    *status = found.status();
  }
}

}  // namespace

Expected<Case> ReadCase(std::string_view line) {
  rapidjson::Document document;
  document.Parse(line.data(), line.size());
  if (document.HasParseError() || !HasForm(document)) return InvalidArgument("it is no case");
  Case found;
  found.name = StringOf(document["name"]);
  const auto& config = document["config"];
  // Not by a range: clang takes the comparison of RapidJSON's iterators for ambiguous in C++20.
  for (auto member = config.MemberBegin(); member < config.MemberEnd(); ++member) {
    found.settings[StringOf(member->name)] = TextOf(member->value);
  }
  found.placed = ReadOutcome(document["placed"]);
  found.failed = ReadOutcome(document["failed"]);
  Status status;
  Take(wire::ReadCells(TextOf(document["cells"]), "cells"), &found.cells, &status);
  Take(wire::ReadLrpStarts(TextOf(document["lrps"]), "lrps"), &found.lrps, &status);
  Take(wire::ReadTaskStarts(TextOf(document["tasks"]), "tasks"), &found.tasks, &status);
  if (!status.ok()) return status;
  return found;
}

}  // namespace rostrum::capi_test
