/* Copyright the Rostrum authors. Licensed under the Apache License 2.0. */

/** \file
 * A framework on Apache Mesos: work is placed on offers, launched, and followed until it ends. The
 * stable C interface of librostrum-mesos-c, for embedders such as Diego's auctioneer whose work is
 * handed to rostrum-executor. The conventions are those of rostrum.h.
 *
 * The header is always installed. Its library is there only where Rostrum was built with libcurl,
 * protobuf and RapidJSON (the option `mesos`); a program that can do without it may load it with
 * dlopen as librostrum-mesos-c.so.0, as the Go package does. The name for pkg-config is
 * rostrum-mesos-c; it brings librostrum along, which must be of the same version:
 *
 *     cc program.c $(pkg-config --cflags --libs rostrum-mesos-c)
 *
 * The way of things:
 *
 *     rostrum_mesos_options_create(&options, &error);
 *     rostrum_mesos_options_set(options, "master", "10.0.0.1:5050", &error);
 *     ... more options ...
 *     rostrum_mesos_create(options, strategy, &framework, &error);
 *     rostrum_mesos_options_destroy(options);
 *     rostrum_mesos_start(framework, &error);
 *     rostrum_mesos_submit(framework, batch, &added, &error);   // As often as work comes.
 *     while (...) {                                             // On a thread of its own.
 *       rostrum_mesos_poll(framework, 1000, &events, &error);
 *       ... rostrum_mesos_events_records(events, &count) ...
 *       rostrum_mesos_events_destroy(events);
 *     }
 *     rostrum_mesos_stop(framework, 500);
 *     rostrum_mesos_destroy(framework);
 */

#ifndef ROSTRUM_MESOS_H_
#define ROSTRUM_MESOS_H_

#include <stddef.h>
#include <stdint.h>

#include "rostrum/rostrum.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------
 * Options
 */

/** What a framework is made with. One thread at a time. */
typedef struct rostrum_mesos_options rostrum_mesos_options_t;

/** Makes options with their defaults. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_mesos_options_create(rostrum_mesos_options_t** options,
                                                        rostrum_error_t** error);

/** Destroys options. NULL is accepted. Since 0.1. */
ROSTRUM_API void rostrum_mesos_options_destroy(rostrum_mesos_options_t* options);

/* clang-format off */
/** Sets one option from its text. The keys, with their defaults:
 *
 *   master                needed: HOST:PORT of a master, several with commas, or
 *                         zk://HOST:PORT/PATH
 *   name                  of the framework (rostrum)
 *   user                  as whom tasks run on agents (who runs this process)
 *   hostname, web_ui_url  as the master shows them (none)
 *   role                  one more role; the first takes the place of the default (*)
 *   capability            one more of gpus, revocable, shared, region-aware (none of them)
 *   principal             of the framework, and with a secret for HTTP basic authentication (none)
 *   secret, secret_file   the principal's, or a file with it in one line (none)
 *   zk_credentials_file   a file with USER:PASSWORD in one line, for master and framework_id_file
 *                         where they begin with zk:// and have no USER:PASSWORD@ themselves (none)
 *   ca_file               PEM file of authorities; any of these three means TLS with masters (none)
 *   certificate_file, key_file   PEM files to show to masters, for mutual TLS (none)
 *   framework_id_file     where the framework's id is kept over restarts; or zk://HOST:PORT/PATH of
 *                         a node (none: each start is a new framework)
 *   journal               file where the launched tasks are kept over restarts (framework_id_file
 *                         with ".journal" behind it; needed with an id in ZooKeeper); only its
 *                         owner may read it
 *   failover_timeout      for how many seconds tasks outlive the framework's connection (1209600;
 *                         60 without framework_id_file)
 *
 *   executor_command      for /bin/sh -c: starts rostrum-executor on an agent (none)
 *   executor_image        the image of the privileged container, in its host's network, in which it
 *                         runs (none). Without a command and an image no work can be submitted
 *   executor_volume       one more HOST:CONTAINER folder of that container
 *   executor_environment  one more NAME=VALUE for the executor
 *   executor_environment_file   one more file of such, NAME=VALUE a line
 *   executor_cpus         thousandths of a cpu that a cell takes for itself, at least 10 (100)
 *   executor_memory       MB that it takes for itself, at least 32 (256)
 *   executor_disk         MB that it takes for itself (0)
 *   executor_shutdown_grace   for how many seconds its work may end when it is told to end, before
 *                         the agent ends all by force; 0: as the agent has it (15)
 *
 * the settings of Diego (see rostrum_engine_set_option), and those of the framework:
 *
 *   window_ms             for how long offers are collected at most before a round (1000)
 *   hoard_ms              for how long an offer is kept that a round had no use for (5000)
 *   hoard_offers          how many such offers are kept (1000)
 *   refuse_ms             for how long declined resources are not offered again (5000)
 *   cpu_per_instance      thousandths of a cpu for work that asks for none (100)
 *   containers_per_cell   how much work an agent takes at most (250)
 *   keep_waiting          true: work without a place waits for other offers; false: it is over when
 *                         a round has refused it, as in Diego, whose BBS asks again (true)
 *   launch_known          whether what runs is launched once more when it is asked for, since who
 *                         asks knows better, as Diego's BBS (false)
 *   replace_unreachable_ms   an LRP instance whose agent is away for so long is placed again; 0:
 *                         never, unless it is asked for (0)
 *   replace_lost          whether an LRP instance that was lost with its agent is placed again
 *                         (false)
 *   adopt_running         whether a start whose journal is lost, damaged or an older copy is not
 *                         refused: the file is kept with ".refused" behind its name, and what Mesos
 *                         says runs is adopted (false)
 *   new_framework         whether this start leaves the framework whose id is kept behind, with its
 *                         tasks, and is a new one: for an id that the master has removed. Id and
 *                         journal are kept with ".left" behind their names, and a
 *                         ROSTRUM_MESOS_PROBLEM says which tasks the journal knew (false)
 *   maintenance_margin_ms    work is kept off agents that are maintained so soon (600000)
 *   restart_initial_ms, restart_maximum_ms   of services, which this interface has not
 *   unread_maximum        with more events that nobody has polled the framework leaves the master,
 *                         says so by ROSTRUM_MESOS_PROBLEM, and comes back when they are polled
 *                         (1000000)
 *   seed                  a number that plug-ins may use (0)
 *
 * and the agents' attributes that say what they offer for constraints; lists have commas:
 *
 *   stack_attribute       lists stacks (stack)
 *   rootfs_scheme_attribute  lists schemes of which every root file system runs (rootfs_scheme)
 *   stacks                of an agent without these two (cflinuxfs3,cflinuxfs4,cflinuxfs5)
 *   rootfs_schemes        of an agent without these two (docker)
 *   windows_stacks        of an agent without these two and with os:windows (windows,windows2019)
 *   placement_tag_attribute  lists tags that work must want (placement_tags)
 *   optional_placement_tag_attribute   lists tags that work may want (optional_placement_tags)
 *   volume_driver_attribute  lists volume drivers (volume_drivers)
 *   zone_attribute        names the zone; without it, the zone of the fault domain counts (zone)
 *   index_attribute       is the cell's number (cell_index)
 *
 * @return ROSTRUM_INVALID_ARGUMENT for a key that is not known or a value that it cannot have; the
 * text names both and what was expected. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_mesos_options_set(rostrum_mesos_options_t* options,
                                                     const char* key, const char* value,
                                                     rostrum_error_t** error);
/* clang-format on */

/* ------------------------------------------------------------------------------------------------
 * Frameworks
 */

/** A framework. Any number of threads at once, but rostrum_mesos_stop, rostrum_mesos_tear_down and
 * rostrum_mesos_destroy by one only. Functions wait for at most a round and a write to the journal,
 * unless they say otherwise; where a time is given, for at most an hour. */
typedef struct rostrum_mesos rostrum_mesos_t;

/** Makes a framework, reads its id and its journal, and counts the start in both. With an id in
 * ZooKeeper it waits for a server, for 10 seconds at most.
 * @param options   what it is made with; they may be destroyed at once.
 * @param strategy  by which rounds decide; it may be destroyed at once. A strategy of a table is
 *                  called from the framework's own threads, one at a time.
 * @return ROSTRUM_INVALID_ARGUMENT if the options do not go together; ROSTRUM_FAILED_PRECONDITION
 * if another process has the journal, or librostrum is of another version; ROSTRUM_CORRUPT if the
 * journal is damaged, or not the newest one of the framework whose id is kept (see adopt_running);
 * ROSTRUM_UNAVAILABLE if a file cannot be read or written. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_mesos_create(const rostrum_mesos_options_t* options,
                                                const rostrum_strategy_t* strategy,
                                                rostrum_mesos_t** framework,
                                                rostrum_error_t** error);

/** Stops the framework, if it runs, and destroys it. NULL is accepted. Since 0.1. */
ROSTRUM_API void rostrum_mesos_destroy(rostrum_mesos_t* framework);

/** Starts the framework's threads, which subscribe and go on trying. Signals that the caller's
 * thread has blocked are blocked in them.
 * @return ROSTRUM_FAILED_PRECONDITION after the first time; ROSTRUM_CORRUPT or ROSTRUM_UNAVAILABLE
 * if the framework's id cannot be read. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_mesos_start(rostrum_mesos_t* framework, rostrum_error_t** error);

/** Ends the threads, in `flush_ms` milliseconds and a little more, in which calls that wait may
 * still be sent. The framework stays registered for its failover timeout, and its tasks go on.
 * Events can still be polled. Doing it again, or with NULL, does nothing. Since 0.1. */
ROSTRUM_API void rostrum_mesos_stop(rostrum_mesos_t* framework, int64_t flush_ms);

/** Ends the framework with all its tasks, for good, then the threads; its id is cleared.
 * @return ROSTRUM_UNAVAILABLE if the master did not take it within `timeout_ms`, and
 * ROSTRUM_FAILED_PRECONDITION if there is no connection; the threads have ended then too. Since
 * 0.1. */
ROSTRUM_API rostrum_code_t rostrum_mesos_tear_down(rostrum_mesos_t* framework, int64_t timeout_ms,
                                                   rostrum_error_t** error);

/** Queues a batch's work. What waits already, or was launched and starts or runs (see
 * launch_known), is passed over. Cells and offers of the batch are not looked at.
 * @param added  receives how many instances and tasks were queued; may be NULL.
 * @return ROSTRUM_INVALID_ARGUMENT if one is not valid, or there is no executor; nothing was queued
 * then. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_mesos_submit(rostrum_mesos_t* framework,
                                                const rostrum_batch_t* batch, uint64_t* added,
                                                rostrum_error_t** error);

/** Takes all instances of an LRP, or a task, out of the queue, and kills what was launched of it.
 * @param found  receives how many were found; may be NULL. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_mesos_cancel(rostrum_mesos_t* framework, rostrum_kind_t kind,
                                                const char* guid, uint64_t* found,
                                                rostrum_error_t** error);

/** The same for one instance of an LRP. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_mesos_stop_instance(rostrum_mesos_t* framework,
                                                       const char* process_guid, int32_t index,
                                                       uint64_t* found, rostrum_error_t** error);

/** How a framework stands. */
typedef struct rostrum_mesos_counts {
  uint64_t waiting;     /**< Instances and tasks in the queue. */
  uint64_t launched;    /**< Tasks that are not over, those that are unclear included. */
  uint64_t running;     /**< Those of them that run. */
  uint64_t unclear;     /**< Those whose agent is away. */
  uint64_t offers_held; /**< Offers in hand. */
  uint64_t rounds;      /**< Since the start, as the next three. */
  uint64_t placed;
  uint64_t ended;
  uint64_t requeued;
  int32_t connected; /**< 1 if the framework is subscribed now. */
  int32_t failed;    /**< 1 if it has ended for good; see ROSTRUM_MESOS_FAILED. */
} rostrum_mesos_counts_t;

/** Fills in the counts. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_mesos_count(const rostrum_mesos_t* framework,
                                               rostrum_mesos_counts_t* counts,
                                               rostrum_error_t** error);

/* ------------------------------------------------------------------------------------------------
 * Events
 */

/** What happened. */
typedef ROSTRUM_ENUM(rostrum_mesos_event_kind){
    ROSTRUM_MESOS_PLACED = 1,   /**< A round found a place, and the launch is on its way. */
    ROSTRUM_MESOS_REFUSED = 2,  /**< A round found none; `error`, `code` and `reasons` say why. With
                                     keep_waiting it waits on; else it is over. */
    ROSTRUM_MESOS_STATUS = 3,   /**< A launched task is in another state, and not over. */
    ROSTRUM_MESOS_ENDED = 4,    /**< It is over for sure; or nobody knows of it any more, and it was
                                     replaced or stopped. */
    ROSTRUM_MESOS_REQUEUED = 5, /**< A launch came to nothing by nobody's fault; it waits again. */
    ROSTRUM_MESOS_UNCLEAR = 6,  /**< Its agent is away: it may run or not. Nothing final. */
    ROSTRUM_MESOS_REPLACED = 7, /**< It was unclear or lost, and waits for a new place. */
    ROSTRUM_MESOS_CANCELLED = 8, /**< It was taken out of the queue, as asked. */
    /* Of the framework as a whole: */
    ROSTRUM_MESOS_CONNECTED = 20,
    ROSTRUM_MESOS_DISCONNECTED = 21, /**< It connects again by itself. */
    ROSTRUM_MESOS_PROBLEM = 22,      /**< `text` says what is wrong; it goes on trying. */
    ROSTRUM_MESOS_FAILED = 23 /**< It has ended for good: it was removed, replaced by another one
                                   with its id, or refused. An operator has to decide. */
} rostrum_mesos_event_kind_t;

/** States of a launched task that are not Mesos' own. */
typedef ROSTRUM_ENUM(rostrum_mesos_task_state){
    ROSTRUM_MESOS_TASK_ENDED_UNSEEN = 100 /**< It is over, and nobody saw whether it succeeded. The
                                               event's text begins with "ended unseen". */
} rostrum_mesos_task_state_t;

/** One event. Its texts are in rostrum_mesos_events_bytes. */
typedef struct rostrum_mesos_event {
  int32_t kind;      /**< A rostrum_mesos_event_kind_t. */
  int32_t work_kind; /**< A rostrum_kind_t; 0 for an event of the framework as a whole. */
  rostrum_text_t guid;
  rostrum_text_t domain;
  int32_t index; /**< Of an LRP instance. */
  int32_t state; /**< Of a launched task: Mesos' number, such as 1 for TASK_RUNNING; or a
                      rostrum_mesos_task_state_t. */
  uint64_t tag;  /**< As submitted, for an LRP plus the instance's position in `indices`. */
  rostrum_text_t task_id; /**< Of launched work, as the next three. */
  rostrum_text_t agent_id;
  rostrum_text_t hostname;
  rostrum_text_t zone;
  rostrum_text_t text;     /**< Words for people. */
  rostrum_text_t error;    /**< If refused: Diego's text where Diego has one. */
  rostrum_range_t reasons; /**< If refused: of rostrum_mesos_events_reasons. */
  int64_t wait_ms;         /**< If placed or refused: since it was submitted. */
  int32_t code;            /**< If refused: a rostrum_refusal_code_t. */
  int32_t attempts;        /**< If refused: how many rounds have refused it. */
} rostrum_mesos_event_t;

/** Events that were polled together. Any thread may read them. */
typedef struct rostrum_mesos_events rostrum_mesos_events_t;

/** Hands out what happened since the last poll, in order. Waits up to `timeout_ms` milliseconds
 * until there is something; not after rostrum_mesos_stop. There may be no events in it. Since 0.1.
 */
ROSTRUM_API rostrum_code_t rostrum_mesos_poll(rostrum_mesos_t* framework, int64_t timeout_ms,
                                              rostrum_mesos_events_t** events,
                                              rostrum_error_t** error);

/** Lets a poll that waits now return at once, or the next one. NULL is accepted. Since 0.1. */
ROSTRUM_API void rostrum_mesos_interrupt(rostrum_mesos_t* framework);

/** Destroys events. NULL is accepted. Since 0.1. */
ROSTRUM_API void rostrum_mesos_events_destroy(rostrum_mesos_events_t* events);

/** The events. Valid as long as `events`; NULL and 0 for NULL. Since 0.1. */
ROSTRUM_API const rostrum_mesos_event_t* rostrum_mesos_events_records(
    const rostrum_mesos_events_t* events, size_t* count);

/** Their reasons. Valid as long as `events`; NULL and 0 for NULL. Since 0.1. */
ROSTRUM_API const rostrum_reason_t* rostrum_mesos_events_reasons(
    const rostrum_mesos_events_t* events, size_t* count);

/** The bytes of their texts. Valid as long as `events`; NULL and 0 for NULL. Since 0.1. */
ROSTRUM_API const char* rostrum_mesos_events_bytes(const rostrum_mesos_events_t* events,
                                                   size_t* size);

#ifdef __cplusplus
}
#endif

#endif /* ROSTRUM_MESOS_H_ */
