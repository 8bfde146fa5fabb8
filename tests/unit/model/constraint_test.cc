#include "rostrum/constraint.h"

#include <gtest/gtest.h>

#include "tests/unit/builders.h"

namespace rostrum {
namespace {

using Texts = std::vector<std::string>;
using Type = RootfsProvider::Type;

Signature WithProviders(std::vector<RootfsProvider> providers) {
  Signature signature;
  signature.rootfs_providers = std::move(providers);
  signature.Normalize();
  return signature;
}

bool Takes(const RootfsProvider& provider, const std::string& rootfs) {
  return Match({rootfs, {}, {}}, WithProviders({provider})) == MatchLevel::kMatch;
}

TEST(RootfsMatchTest, AFixedSetTakesWhatIsInIt) {
  const RootfsProvider provider = {"preloaded", Type::kFixedSet, {"cflinuxfs4", "windows"}};
  EXPECT_TRUE(Takes(provider, "preloaded:cflinuxfs4"));
  EXPECT_TRUE(Takes(provider, "preloaded:windows"));
  EXPECT_FALSE(Takes(provider, "preloaded:cflinuxfs3"));
  EXPECT_FALSE(Takes(provider, "preloaded:"));
  EXPECT_FALSE(Takes(provider, "docker:cflinuxfs4"));
}

// A fixed set looks at the opaque part of the URL. One with slashes has none.
TEST(RootfsMatchTest, AFixedSetDoesNotSeeAPath) {
  const RootfsProvider provider = {"preloaded", Type::kFixedSet, {"cflinuxfs4"}};
  EXPECT_FALSE(Takes(provider, "preloaded:/cflinuxfs4"));
  EXPECT_FALSE(Takes(provider, "preloaded://cflinuxfs4"));
  const RootfsProvider with_empty = {"preloaded", Type::kFixedSet, {""}};
  EXPECT_TRUE(Takes(with_empty, "preloaded:///cflinuxfs4"));
}

TEST(RootfsMatchTest, AnArbitraryProviderTakesEveryUrlOfItsScheme) {
  const RootfsProvider provider = {"docker", Type::kArbitrary, {}};
  EXPECT_TRUE(Takes(provider, "docker:///org/image#tag"));
  EXPECT_TRUE(Takes(provider, "docker://registry:5000/org/image"));
  EXPECT_TRUE(Takes(provider, "docker:image"));
  EXPECT_FALSE(Takes(provider, "preloaded:cflinuxfs4"));
}

TEST(RootfsMatchTest, AProviderOfATypeThatNobodyKnowsTakesNothing) {
  EXPECT_FALSE(Takes({"preloaded", Type::kUnknown, {"cflinuxfs4"}}, "preloaded:cflinuxfs4"));
}

TEST(RootfsMatchTest, TheSchemeIsReadInLowerCaseAsGoDoes) {
  const RootfsProvider provider = {"docker", Type::kArbitrary, {}};
  EXPECT_TRUE(Takes(provider, "DOCKER:///image"));
  EXPECT_FALSE(Takes({"DOCKER", Type::kArbitrary, {}}, "DOCKER:///image"));
}

TEST(RootfsMatchTest, AUrlThatDoesNotParseFitsNowhere) {
  EXPECT_FALSE(Takes({"docker", Type::kArbitrary, {}}, "docker:///image#%zz"));
  EXPECT_FALSE(Takes({"", Type::kArbitrary, {}}, ":image"));
}

TEST(RootfsMatchTest, WithoutASchemeTheProviderWithoutANameIsAsked) {
  EXPECT_TRUE(Takes({"", Type::kArbitrary, {}}, "/var/image"));
  EXPECT_FALSE(Takes({"docker", Type::kArbitrary, {}}, "/var/image"));
}

TEST(VolumeDriverMatchTest, AllWantedDriversAreNeeded) {
  Signature signature = PlainSignature();
  signature.volume_drivers = {"smb", "nfs"};
  signature.Normalize();
  EXPECT_EQ(Match({kRootfs, {}, {}}, signature), MatchLevel::kMatch);
  EXPECT_EQ(Match({kRootfs, {}, {"nfs"}}, signature), MatchLevel::kMatch);
  EXPECT_EQ(Match({kRootfs, {}, {"smb", "nfs", "smb"}}, signature), MatchLevel::kMatch);
  EXPECT_EQ(Match({kRootfs, {}, {"nfs", "ceph"}}, signature), MatchLevel::kVolumeDriverMismatch);
}

struct TagCase {
  Texts required;
  Texts optional;
  Texts wanted;
  bool matches;
};

class PlacementTagMatchTest : public testing::TestWithParam<TagCase> {};

TEST_P(PlacementTagMatchTest, RequiredMustBeWantedAndWantedMustBeOffered) {
  Signature signature = PlainSignature();
  signature.placement_tags = GetParam().required;
  signature.optional_placement_tags = GetParam().optional;
  signature.Normalize();
  const MatchLevel level = Match({kRootfs, GetParam().wanted, {}}, signature);
  EXPECT_EQ(level, GetParam().matches ? MatchLevel::kMatch : MatchLevel::kPlacementTagMismatch);
}

INSTANTIATE_TEST_SUITE_P(
    Table, PlacementTagMatchTest,
    testing::Values(TagCase{{}, {}, {}, true},                            // Plain work, plain cell.
                    TagCase{{"gpu"}, {}, {}, false},                      // The cell is reserved.
                    TagCase{{}, {"gpu"}, {}, true},                       // It is open to others.
                    TagCase{{}, {}, {"gpu"}, false},                      // It has no such tag.
                    TagCase{{"gpu"}, {}, {"gpu"}, true},                  //
                    TagCase{{}, {"gpu"}, {"gpu"}, true},                  //
                    TagCase{{"gpu"}, {"ssd"}, {"gpu"}, true},             //
                    TagCase{{"gpu"}, {"ssd"}, {"gpu", "ssd"}, true},      //
                    TagCase{{"gpu"}, {"ssd"}, {"ssd"}, false},            // Lacks a required one.
                    TagCase{{"gpu", "ssd"}, {}, {"gpu"}, false},          //
                    TagCase{{"gpu"}, {"ssd"}, {"gpu", "arm"}, false},     //
                    TagCase{{"gpu", "gpu"}, {}, {"gpu", "gpu"}, true}));  // Sets, not lists.

TEST(MatchTest, TheFirstDemandThatFailsCounts) {
  Signature signature;
  signature.placement_tags = {"gpu"};
  const Constraint constraint = {kRootfs, {}, {"nfs"}};
  EXPECT_EQ(Match(constraint, signature), MatchLevel::kRootfsMismatch);
  signature.rootfs_providers = PlainSignature().rootfs_providers;
  EXPECT_EQ(Match(constraint, signature), MatchLevel::kVolumeDriverMismatch);
  signature.volume_drivers = {"nfs"};
  EXPECT_EQ(Match(constraint, signature), MatchLevel::kPlacementTagMismatch);
  signature.placement_tags = {};
  EXPECT_EQ(Match(constraint, signature), MatchLevel::kMatch);
}

TEST(SignatureTest, NormalizeMakesEqualOffersCompareEqual) {
  Signature a;
  a.rootfs_providers = {{"preloaded", Type::kFixedSet, {"y", "x", "y"}},
                        {"docker", Type::kArbitrary, {}}};
  a.volume_drivers = {"nfs", "ceph", "nfs"};
  a.placement_tags = {"b", "a"};
  a.optional_placement_tags = {"d", "c", "c"};
  Signature b;
  b.rootfs_providers = {{"docker", Type::kArbitrary, {}},
                        {"preloaded", Type::kFixedSet, {"x", "y"}}};
  b.volume_drivers = {"ceph", "nfs"};
  b.placement_tags = {"a", "b"};
  b.optional_placement_tags = {"c", "d"};
  EXPECT_FALSE(a == b);
  a.Normalize();
  b.Normalize();
  EXPECT_EQ(a, b);
}

TEST(SignatureTest, OfTwoProvidersOfOneSchemeTheLaterStays) {
  const Signature signature = WithProviders({{"docker", Type::kArbitrary, {}},
                                             {"a", Type::kUnknown, {}},
                                             {"docker", Type::kFixedSet, {"x"}}});
  ASSERT_EQ(signature.rootfs_providers.size(), 2u);
  EXPECT_EQ(signature.rootfs_providers[1].type, Type::kFixedSet);
  EXPECT_EQ(signature.rootfs_providers[1].set, Texts{"x"});
}

TEST(MismatchTextTest, IsWhatDiegoReports) {
  EXPECT_EQ(MismatchText(MatchLevel::kRootfsMismatch, {}),
            "found no compatible cell for required rootfs");
  EXPECT_EQ(MismatchText(MatchLevel::kVolumeDriverMismatch, {"", {}, {"nfs"}}),
            "found no compatible cell with required volume drivers");
}

TEST(MismatchTextTest, ListsThePlacementTags) {
  const auto text = [](const Texts& tags) {
    return MismatchText(MatchLevel::kPlacementTagMismatch, {kRootfs, tags, {}});
  };
  EXPECT_EQ(text({}), "found no compatible cell with no placement tags");
  EXPECT_EQ(text({"a"}), "found no compatible cell with placement tag \"a\"");
  EXPECT_EQ(text({"a", "b"}), "found no compatible cell with placement tags \"a\" and \"b\"");
  EXPECT_EQ(text({"a", "b", "c"}),
            "found no compatible cell with placement tags \"a\", \"b\" and \"c\"");
}

}  // namespace
}  // namespace rostrum
