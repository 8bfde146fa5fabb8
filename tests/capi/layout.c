/* The size and layout of every public record. They never change, so neither does this file, except
 * for new records. Everything is checked by the compiler. */

#include <stddef.h>
#include <stdint.h>

/* No record has bytes that belong to no field: what they hold would be left to chance. */
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
#include "rostrum/mesos.h"
#include "rostrum/record.h"
#include "rostrum/rostrum.h"
#pragma GCC diagnostic pop

#define SIZE(record, size) _Static_assert(sizeof(record) == (size), #record " changed its size")
#define AT(record, field, offset, type)                                                 \
  _Static_assert(offsetof(record, field) == (offset), #record "." #field " has moved"); \
  _Static_assert(sizeof(((record*)0)->field) == sizeof(type),                           \
                 #record "." #field " has another type")

SIZE(rostrum_text_t, 8);
AT(rostrum_text_t, offset, 0, uint32_t);
AT(rostrum_text_t, length, 4, uint32_t);

SIZE(rostrum_range_t, 8);
AT(rostrum_range_t, first, 0, uint32_t);
AT(rostrum_range_t, count, 4, uint32_t);

SIZE(rostrum_scalar_t, 16);
AT(rostrum_scalar_t, name, 0, rostrum_text_t);
AT(rostrum_scalar_t, amount, 8, int64_t);

SIZE(rostrum_resources_t, 40);
AT(rostrum_resources_t, memory, 0, int64_t);
AT(rostrum_resources_t, disk, 8, int64_t);
AT(rostrum_resources_t, cpu, 16, int64_t);
AT(rostrum_resources_t, containers, 24, int64_t);
AT(rostrum_resources_t, scalars, 32, rostrum_range_t);

SIZE(rostrum_provider_t, 24);
AT(rostrum_provider_t, scheme, 0, rostrum_text_t);
AT(rostrum_provider_t, type, 8, int32_t);
AT(rostrum_provider_t, reserved, 12, uint32_t);
AT(rostrum_provider_t, set, 16, rostrum_range_t);

SIZE(rostrum_signature_t, 32);
AT(rostrum_signature_t, providers, 0, rostrum_range_t);
AT(rostrum_signature_t, volume_drivers, 8, rostrum_range_t);
AT(rostrum_signature_t, placement_tags, 16, rostrum_range_t);
AT(rostrum_signature_t, optional_placement_tags, 24, rostrum_range_t);

SIZE(rostrum_cell_t, 208);
AT(rostrum_cell_t, id, 0, rostrum_text_t);
AT(rostrum_cell_t, zone, 8, rostrum_text_t);
AT(rostrum_cell_t, index, 16, int64_t);
AT(rostrum_cell_t, first_fit_index, 24, int64_t);
AT(rostrum_cell_t, total, 32, rostrum_resources_t);
AT(rostrum_cell_t, available, 72, rostrum_resources_t);
AT(rostrum_cell_t, overhead, 112, rostrum_resources_t);
AT(rostrum_cell_t, proxy_memory, 152, int64_t);
AT(rostrum_cell_t, starting_containers, 160, int64_t);
AT(rostrum_cell_t, task_count, 168, int64_t);
AT(rostrum_cell_t, other_lrps, 176, int64_t);
AT(rostrum_cell_t, lrps, 184, rostrum_range_t);
AT(rostrum_cell_t, signature, 192, uint32_t);
AT(rostrum_cell_t, flags, 196, uint32_t);
AT(rostrum_cell_t, tag, 200, uint64_t);

SIZE(rostrum_offer_t, 192);
AT(rostrum_offer_t, id, 0, rostrum_text_t);
AT(rostrum_offer_t, agent_id, 8, rostrum_text_t);
AT(rostrum_offer_t, zone, 16, rostrum_text_t);
AT(rostrum_offer_t, index, 24, int64_t);
AT(rostrum_offer_t, resources, 32, rostrum_resources_t);
AT(rostrum_offer_t, used, 72, rostrum_resources_t);
AT(rostrum_offer_t, overhead, 112, rostrum_resources_t);
AT(rostrum_offer_t, received_ms, 152, int64_t);
AT(rostrum_offer_t, task_count, 160, int64_t);
AT(rostrum_offer_t, lrps, 168, rostrum_range_t);
AT(rostrum_offer_t, signature, 176, uint32_t);
AT(rostrum_offer_t, flags, 180, uint32_t);
AT(rostrum_offer_t, tag, 184, uint64_t);

SIZE(rostrum_work_t, 120);
AT(rostrum_work_t, guid, 0, rostrum_text_t);
AT(rostrum_work_t, domain, 8, rostrum_text_t);
AT(rostrum_work_t, rootfs, 16, rostrum_text_t);
AT(rostrum_work_t, asked, 24, rostrum_resources_t);
AT(rostrum_work_t, placement_tags, 64, rostrum_range_t);
AT(rostrum_work_t, volume_drivers, 72, rostrum_range_t);
AT(rostrum_work_t, indices, 80, rostrum_range_t);
AT(rostrum_work_t, kind, 88, int32_t);
AT(rostrum_work_t, max_pids, 92, int32_t);
AT(rostrum_work_t, attempts, 96, int32_t);
AT(rostrum_work_t, last_refusal, 100, int32_t);
AT(rostrum_work_t, queue_time_ms, 104, int64_t);
AT(rostrum_work_t, tag, 112, uint64_t);

SIZE(rostrum_score_t, 16);
AT(rostrum_score_t, value, 0, double);
AT(rostrum_score_t, tier, 8, int64_t);

SIZE(rostrum_round_context_t, 40);
AT(rostrum_round_context_t, seed, 0, uint64_t);
AT(rostrum_round_context_t, now_ms, 8, int64_t);
AT(rostrum_round_context_t, bin_pack_first_fit_weight, 16, double);
AT(rostrum_round_context_t, starting_container_weight, 24, double);
AT(rostrum_round_context_t, starting_container_count_maximum, 32, int64_t);

SIZE(rostrum_option_t, 40);
AT(rostrum_option_t, key, 0, const char*);
AT(rostrum_option_t, unit, 8, const char*);
AT(rostrum_option_t, expected, 16, const char*);
AT(rostrum_option_t, default_value, 24, const char*);
AT(rostrum_option_t, description, 32, const char*);

SIZE(rostrum_offer_counts_t, 64);
AT(rostrum_offer_counts_t, added, 0, uint64_t);
AT(rostrum_offer_counts_t, held, 8, uint64_t);
AT(rostrum_offer_counts_t, accepted, 16, uint64_t);
AT(rostrum_offer_counts_t, declined, 24, uint64_t);
AT(rostrum_offer_counts_t, rescinded, 32, uint64_t);
AT(rostrum_offer_counts_t, expired, 40, uint64_t);
AT(rostrum_offer_counts_t, reserved, 48, uint64_t[2]);

SIZE(rostrum_decision_t, 72);
AT(rostrum_decision_t, identifier, 0, rostrum_text_t);
AT(rostrum_decision_t, cell_id, 8, rostrum_text_t);
AT(rostrum_decision_t, kind, 16, int32_t);
AT(rostrum_decision_t, code, 20, int32_t);
AT(rostrum_decision_t, refusal, 24, uint32_t);
AT(rostrum_decision_t, attempts, 28, int32_t);
AT(rostrum_decision_t, score, 32, rostrum_score_t);
AT(rostrum_decision_t, wait_ms, 48, int64_t);
AT(rostrum_decision_t, tag, 56, uint64_t);
AT(rostrum_decision_t, cell_tag, 64, uint64_t);

SIZE(rostrum_refusal_t, 24);
AT(rostrum_refusal_t, error, 0, rostrum_text_t);
AT(rostrum_refusal_t, reasons, 8, rostrum_range_t);
AT(rostrum_refusal_t, code, 16, int32_t);
AT(rostrum_refusal_t, reserved, 20, uint32_t);

SIZE(rostrum_reason_t, 56);
AT(rostrum_reason_t, subject, 0, rostrum_text_t);
AT(rostrum_reason_t, cell_id, 8, rostrum_text_t);
AT(rostrum_reason_t, code, 16, int32_t);
AT(rostrum_reason_t, is_static, 20, int32_t);
AT(rostrum_reason_t, cells, 24, uint64_t);
AT(rostrum_reason_t, asked, 32, int64_t);
AT(rostrum_reason_t, free, 40, int64_t);
AT(rostrum_reason_t, short_by, 48, int64_t);

SIZE(rostrum_answer_t, 48);
AT(rostrum_answer_t, cell_id, 0, rostrum_text_t);
AT(rostrum_answer_t, zone, 8, rostrum_text_t);
AT(rostrum_answer_t, fits, 16, int32_t);
AT(rostrum_answer_t, winner, 20, int32_t);
AT(rostrum_answer_t, score, 24, rostrum_score_t);
AT(rostrum_answer_t, reasons, 40, rostrum_range_t);

SIZE(rostrum_replay_counts_t, 64);
AT(rostrum_replay_counts_t, rounds, 0, uint64_t);
AT(rostrum_replay_counts_t, decisions, 8, uint64_t);
AT(rostrum_replay_counts_t, now_refused, 16, uint64_t);
AT(rostrum_replay_counts_t, now_placed, 24, uint64_t);
AT(rostrum_replay_counts_t, moved, 32, uint64_t);
AT(rostrum_replay_counts_t, other_refusal, 40, uint64_t);
AT(rostrum_replay_counts_t, score_only, 48, uint64_t);
AT(rostrum_replay_counts_t, reserved, 56, uint64_t);

SIZE(rostrum_mesos_event_t, 112);
AT(rostrum_mesos_event_t, kind, 0, int32_t);
AT(rostrum_mesos_event_t, work_kind, 4, int32_t);
AT(rostrum_mesos_event_t, guid, 8, rostrum_text_t);
AT(rostrum_mesos_event_t, domain, 16, rostrum_text_t);
AT(rostrum_mesos_event_t, index, 24, int32_t);
AT(rostrum_mesos_event_t, state, 28, int32_t);
AT(rostrum_mesos_event_t, tag, 32, uint64_t);
AT(rostrum_mesos_event_t, task_id, 40, rostrum_text_t);
AT(rostrum_mesos_event_t, agent_id, 48, rostrum_text_t);
AT(rostrum_mesos_event_t, hostname, 56, rostrum_text_t);
AT(rostrum_mesos_event_t, zone, 64, rostrum_text_t);
AT(rostrum_mesos_event_t, text, 72, rostrum_text_t);
AT(rostrum_mesos_event_t, error, 80, rostrum_text_t);
AT(rostrum_mesos_event_t, reasons, 88, rostrum_range_t);
AT(rostrum_mesos_event_t, wait_ms, 96, int64_t);
AT(rostrum_mesos_event_t, code, 104, int32_t);
AT(rostrum_mesos_event_t, attempts, 108, int32_t);

SIZE(rostrum_mesos_counts_t, 80);
AT(rostrum_mesos_counts_t, waiting, 0, uint64_t);
AT(rostrum_mesos_counts_t, launched, 8, uint64_t);
AT(rostrum_mesos_counts_t, running, 16, uint64_t);
AT(rostrum_mesos_counts_t, unclear, 24, uint64_t);
AT(rostrum_mesos_counts_t, offers_held, 32, uint64_t);
AT(rostrum_mesos_counts_t, rounds, 40, uint64_t);
AT(rostrum_mesos_counts_t, placed, 48, uint64_t);
AT(rostrum_mesos_counts_t, ended, 56, uint64_t);
AT(rostrum_mesos_counts_t, requeued, 64, uint64_t);
AT(rostrum_mesos_counts_t, connected, 72, int32_t);
AT(rostrum_mesos_counts_t, failed, 76, int32_t);

/* Enumerators cross the interface as the int32_t fields of records. */
_Static_assert(sizeof(rostrum_code_t) == 4, "rostrum_code_t is no int");
_Static_assert(sizeof(rostrum_mesos_event_kind_t) == 4, "rostrum_mesos_event_kind_t is no int");
_Static_assert(sizeof(rostrum_mesos_task_state_t) == 4, "rostrum_mesos_task_state_t is no int");
_Static_assert(sizeof(rostrum_kind_t) == 4, "rostrum_kind_t is no int");
_Static_assert(sizeof(rostrum_refusal_code_t) == 4, "rostrum_refusal_code_t is no int");
_Static_assert(sizeof(rostrum_reason_code_t) == 4, "rostrum_reason_code_t is no int");

/* What has pointers, as it is where those have 64 bits. These may grow at the end, and only there.
 */
#if UINTPTR_MAX == UINT64_MAX

SIZE(rostrum_auction_view_t, 64);
AT(rostrum_auction_view_t, guid, 0, char*);
AT(rostrum_auction_view_t, guid_length, 8, uint64_t);
AT(rostrum_auction_view_t, kind, 16, int32_t);
AT(rostrum_auction_view_t, index, 20, int32_t);
AT(rostrum_auction_view_t, attempts, 24, int32_t);
AT(rostrum_auction_view_t, reserved, 28, uint32_t);
AT(rostrum_auction_view_t, queue_time_ms, 32, int64_t);
AT(rostrum_auction_view_t, memory, 40, int64_t);
AT(rostrum_auction_view_t, disk, 48, int64_t);
AT(rostrum_auction_view_t, cpu, 56, int64_t);

SIZE(rostrum_cell_view_t, 160);
AT(rostrum_cell_view_t, memory_total, 0, int64_t);
AT(rostrum_cell_view_t, memory_free, 8, int64_t);
AT(rostrum_cell_view_t, disk_total, 16, int64_t);
AT(rostrum_cell_view_t, disk_free, 24, int64_t);
AT(rostrum_cell_view_t, cpu_total, 32, int64_t);
AT(rostrum_cell_view_t, cpu_free, 40, int64_t);
AT(rostrum_cell_view_t, containers_total, 48, int64_t);
AT(rostrum_cell_view_t, containers_free, 56, int64_t);
AT(rostrum_cell_view_t, proxy_memory, 64, int64_t);
AT(rostrum_cell_view_t, starting_containers, 72, int64_t);
AT(rostrum_cell_view_t, lrp_count, 80, int64_t);
AT(rostrum_cell_view_t, task_count, 88, int64_t);
AT(rostrum_cell_view_t, instances, 96, int64_t);
AT(rostrum_cell_view_t, index, 104, int64_t);
AT(rostrum_cell_view_t, position, 112, int64_t);
AT(rostrum_cell_view_t, tag, 120, uint64_t);
AT(rostrum_cell_view_t, id, 128, char*);
AT(rostrum_cell_view_t, id_length, 136, uint64_t);
AT(rostrum_cell_view_t, zone, 144, char*);
AT(rostrum_cell_view_t, zone_length, 152, uint64_t);

SIZE(rostrum_strategy_table_t, 80);
AT(rostrum_strategy_table_t, size, 0, uint32_t);
AT(rostrum_strategy_table_t, flags, 4, uint32_t);
AT(rostrum_strategy_table_t, name, 8, char*);
AT(rostrum_strategy_table_t, order, 16, int32_t);
AT(rostrum_strategy_table_t, reserved, 20, uint32_t);
AT(rostrum_strategy_table_t, begin_round, 24, void*);
AT(rostrum_strategy_table_t, order_key, 32, void*);
AT(rostrum_strategy_table_t, accepts, 40, void*);
AT(rostrum_strategy_table_t, score, 48, void*);
AT(rostrum_strategy_table_t, base_score, 56, void*);
AT(rostrum_strategy_table_t, destroy, 64, void*);
AT(rostrum_strategy_table_t, failure_text, 72, void*);

#endif
