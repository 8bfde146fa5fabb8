#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lib/record/recording.h"
#include "tests/unit/record/random_round.h"

namespace rostrum::record {
namespace {

RecordedRound Recorded(const std::shared_ptr<const Round>& round) {
  const std::string bytes = Recording({round});
  return std::move(**(*RoundReader::OpenBytes(bytes, "file"))->Next());
}

ReplayResult Replayed(const RecordedRound& recorded, std::string_view strategy_name,
                      const Configuration* configuration = nullptr) {
  const auto strategy = MakeStrategy(strategy_name);
  Expected<ReplayResult> result = ReplayRound(recorded, *strategy, configuration);
  EXPECT_TRUE(result.ok()) << result.status().text();
  return std::move(*result);
}

// The recorded decision for an instance.
RecordedDecision& DecisionFor(RecordedRound* recorded, std::string_view identifier) {
  return *std::find_if(recorded->decisions.begin(), recorded->decisions.end(),
                       [&](const RecordedDecision& decision) {
                         return recorded->input.auctions[decision.auction].Identifier() ==
                                identifier;
                       });
}

TEST(Replay, RandomRoundsComeOutTheSame) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    RandomRound random(seed);
    const std::string_view name = StrategyNames()[seed % StrategyNames().size()];
    const auto round =
        *RunRound(random.Input(random.Below(15), random.Below(40)), *MakeStrategy(name));
    const ReplayResult result = Replayed(Recorded(round), name);
    EXPECT_TRUE(result.identical()) << "seed " << seed;
    EXPECT_EQ(result.decisions, round->decisions().size());
    EXPECT_EQ(result.placed_before, round->placed_count());
    EXPECT_EQ(result.placed_now, round->placed_count());
    EXPECT_EQ(result.counts.sum(), 0u);
    EXPECT_TRUE(result.differences.empty());
  }
}

TEST(Replay, NamesTheDecisionThatWasTamperedWith) {
  const RecordedRound good = Recorded(SmallRound());
  ASSERT_EQ(good.decisions.size(), 4u);
  for (size_t i = 0; i < good.decisions.size(); ++i) {
    RecordedRound tampered = good;
    RecordedDecision& decision = tampered.decisions[i];
    if (!decision.placed) {
      decision.error = "another text";
    } else {
      decision.cell_id = decision.cell_id == "cell-0" ? "cell-1" : "cell-0";
    }
    const ReplayResult result = Replayed(tampered, "diego");
    ASSERT_TRUE(result.first.has_value());
    EXPECT_EQ(result.first->position, i);
    EXPECT_EQ(result.first->before.auction, decision.auction);
    EXPECT_EQ(result.first->before.cell_id, decision.cell_id);
    EXPECT_EQ(result.first->now.cell_id, good.decisions[i].cell_id);
    EXPECT_EQ(result.first->now.error, good.decisions[i].error);
    ASSERT_EQ(result.differences.size(), 1u);
    EXPECT_EQ(result.differences[0].change,
              decision.placed ? Change::kMoved : Change::kOtherRefusal);
  }
}

TEST(Replay, CountsEachKindOfChange) {
  const RecordedRound good = Recorded(SmallRound());
  RecordedRound tampered = good;
  size_t placed = 0;
  for (RecordedDecision& decision : tampered.decisions) {
    if (!decision.placed) {
      decision = {decision.auction, true, "cell-2", {1, 2}, RefusalCode::kNone, ""};
    } else if (placed++ == 0) {
      decision = {decision.auction, false, "", {}, RefusalCode::kNoCells, "no"};
    } else if (placed == 2) {
      // The smallest step that there is.
      decision.score.value = std::nextafter(decision.score.value, 0);
    } else {
      decision.cell_id = "elsewhere";
    }
  }
  const ReplayResult result = Replayed(tampered, "diego");
  EXPECT_EQ(result.counts.now_refused, 1u);
  EXPECT_EQ(result.counts.now_placed, 1u);
  EXPECT_EQ(result.counts.moved, 1u);
  EXPECT_EQ(result.counts.score_only, 1u);
  EXPECT_EQ(result.counts.other_refusal, 0u);
  EXPECT_EQ(result.placed_before, 3u);
  EXPECT_EQ(result.placed_now, 3u);
}

TEST(Replay, AnotherOrderIsADepartureWithoutADifference) {
  RecordedRound tampered = Recorded(SmallRound());
  std::swap(tampered.decisions[0], tampered.decisions[1]);
  const ReplayResult result = Replayed(tampered, "diego");
  ASSERT_TRUE(result.first.has_value());
  EXPECT_EQ(result.first->position, 0u);
  EXPECT_NE(result.first->before.auction, result.first->now.auction);
  EXPECT_EQ(result.counts.sum(), 0u);
}

TEST(Replay, SaysWhatAnotherStrategyWouldHaveDone) {
  RecordedRound recorded = Recorded(SmallRound());
  const ReplayResult result = Replayed(recorded, "binpack");
  EXPECT_FALSE(result.identical());
  const auto plain = SmallRound("binpack");
  ASSERT_EQ(result.round->decisions().size(), plain->decisions().size());
  for (size_t i = 0; i < plain->decisions().size(); ++i) {
    EXPECT_EQ(result.round->decisions()[i].cell_id, plain->decisions()[i].cell_id);
  }
  EXPECT_EQ(result.differences.size(), result.counts.sum());
}

TEST(Replay, SaysWhatAnotherSettingWouldHaveDone) {
  RecordedRound recorded = Recorded(SmallRound());
  Configuration configuration = recorded.input.configuration;
  configuration.starting_container_count_maximum = 1;
  const ReplayResult result = Replayed(recorded, "diego", &configuration);
  EXPECT_EQ(result.placed_now, 1u);
  EXPECT_EQ(result.counts.now_refused, 2u);
  EXPECT_EQ(result.counts.other_refusal, 1u);
  for (const Difference& difference : result.differences) {
    EXPECT_EQ(difference.now.code, RefusalCode::kInflightLimit);
  }
  // The round itself is as it was.
  EXPECT_EQ(recorded.input.configuration.starting_container_count_maximum, 0);
  EXPECT_TRUE(Replayed(recorded, "diego").identical());
  EXPECT_EQ(DecisionFor(&recorded, "task").placed, true);
}

TEST(Replay, ResultsOutliveWhatTheyCameFrom) {
  ReplayResult result;
  {
    RecordedRound recorded = Recorded(SmallRound());
    recorded.decisions[0].cell_id = recorded.decisions[1].cell_id;
    result = Replayed(recorded, "spread");
  }
  for (const Difference& difference : result.differences) {
    EXPECT_EQ(difference.before.cell_id.starts_with("cell-"), difference.before.placed);
    EXPECT_EQ(difference.now.cell_id.starts_with("cell-"), difference.now.placed);
  }
}

TEST(Replay, RefusesDecisionsThatAreNotOneForEachAuction) {
  const auto strategy = MakeStrategy("diego");
  RecordedRound recorded = Recorded(SmallRound());
  recorded.decisions[0].auction = recorded.decisions[1].auction;
  EXPECT_EQ(ReplayRound(recorded, *strategy, nullptr).status().code(), Code::kInvalidArgument);
  recorded.decisions[0].auction = 4;
  EXPECT_EQ(ReplayRound(recorded, *strategy, nullptr).status().code(), Code::kInvalidArgument);
  recorded.decisions.pop_back();
  EXPECT_EQ(ReplayRound(recorded, *strategy, nullptr).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace rostrum::record
