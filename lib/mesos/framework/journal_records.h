// Between the framework's values and its journal's records.

#ifndef ROSTRUM_LIB_MESOS_FRAMEWORK_JOURNAL_RECORDS_H_
#define ROSTRUM_LIB_MESOS_FRAMEWORK_JOURNAL_RECORDS_H_

#include <cstdint>
#include <string>

#include "lib/mesos/framework/executor_book.h"
#include "lib/mesos/framework/journal.pb.h"
#include "lib/mesos/framework/task_book.h"

namespace rostrum::mesos {

// Of a task that is launched just now; with `whole`, of one of which things have come already.
journal::Record LaunchedRecord(const LaunchedTask& task, bool whole);
LaunchedTask ReadLaunched(const journal::Launched& record);

journal::Record StatusRecord(const LaunchedTask& task);
journal::Record EndedRecord(const std::string& task_id);
journal::Record StoppingRecord(const std::string& task_id);
journal::Record ReplacedRecord(const std::string& task_id);
journal::Record FrameworkRecord(const std::string& framework_id);
journal::Record GenerationRecord(uint64_t generation);
journal::Record AbandonedRecord(const std::string& task_id);
journal::Record ExecutorRecord(const std::string& agent_id, const FrozenExecutor& executor);
FrozenExecutor ReadExecutorRecord(const journal::Record::Executor& record);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_JOURNAL_RECORDS_H_
