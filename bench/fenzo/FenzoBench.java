import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Locale;

/**
 * Runs one case with Netflix Fenzo and prints one JSON object. run.sh beside this file says what
 * the cases and flags are, and fetches what it takes to compile and run this.
 */
final class FenzoBench {
  private static final String VERSION = "1.0.1";
  private static final long SEED = 42;

  private String caseName = "binpack";
  private int cells = 1_000;
  private int auctions = 1_000;
  private double minSeconds = -1;
  private int calls = -1;
  private boolean quick = false;
  private boolean all = false;
  private Path tasks;
  private Path machines;

  public static void main(String[] args) {
    try {
      FenzoBench bench = new FenzoBench();
      bench.parse(args);
      System.out.println(bench.run());
    } catch (UsageError e) {
      System.err.println("error: " + e.getMessage());
      System.exit(2);
    } catch (IOException e) {
      // For a file that is not there the message is its name alone, so the kind is said too.
      System.err.println("error: " + e);
      System.exit(2);
    } catch (RuntimeException e) {
      System.err.println("error: case did not finish: " + e);
      System.exit(1);
    }
    // Fenzo's worker threads are no daemons: without this a failed case would hang.
    System.exit(0);
  }

  private String run() throws IOException {
    switch (caseName) {
      case "binpack":
        return timed(Peer.Fitness.BINPACK, true, false);
      case "binpack-noexpiry":
        return timed(Peer.Fitness.BINPACK, false, false);
      case "spread-noexpiry":
        return timed(Peer.Fitness.SPREAD, false, false);
      case "binpack-loaded":
        return timed(Peer.Fitness.BINPACK, true, true);
      case "binpack-loaded-noexpiry":
        return timed(Peer.Fitness.BINPACK, false, true);
      case "spread":
        return timed(Peer.Fitness.SPREAD, true, false);
      case "none":
        return timed(Peer.Fitness.NONE, true, false);
      case "binpack-fill":
        return fill(Peer.Fitness.BINPACK);
      case "none-fill":
        return fill(Peer.Fitness.NONE);
      default:
        throw new UsageError("unknown case \"" + caseName + "\", see run.sh --help");
    }
  }

  private String timed(Peer.Fitness fitness, boolean leasesExpire, boolean loaded) {
    if (tasks != null || machines != null || all) {
      throw new UsageError("--tasks, --machines and --all go with a case that ends in -fill");
    }
    double warmSeconds = minSeconds >= 0 ? minSeconds : quick ? 1 : 10;
    int leastCalls = calls > 0 ? calls : quick ? 3 : 5;
    Workload workload = Workload.draw(cells, auctions, loaded, SEED);
    TimedCase.Measured measured =
        new TimedCase(workload, fitness, leasesExpire, loaded)
            .run(warmSeconds, quick ? 1 : 3, leastCalls);
    return json(
        workload,
        measured.calls,
        measured.best,
        measured.median,
        measured.placed,
        measured.machinesUsed,
        "");
  }

  private String fill(Peer.Fitness fitness) throws IOException {
    if (tasks == null || machines == null) {
      throw new UsageError("the case " + caseName + " needs --tasks FILE and --machines FILE");
    }
    Workload workload = Workload.read(machines, tasks);
    FillCase fill = new FillCase(workload, all);
    Ledger ledger = fill.run(fitness);
    // One run, not warmed up: its time tells how long a fill takes and no more.
    String more =
        String.format(
            Locale.ROOT,
            "\"refused\":%d,\"first_refused\":%d,\"batches\":%d,",
            fill.refused,
            fill.firstRefused,
            fill.batches);
    return json(
        workload,
        1,
        fill.milliseconds,
        fill.milliseconds,
        ledger.placed(),
        ledger.machinesUsed(),
        more);
  }

  private String json(
      Workload workload,
      int callsMeasured,
      double best,
      double median,
      int placed,
      int cellsUsed,
      String more) {
    return String.format(
        Locale.ROOT,
        "{\"peer\":\"fenzo\",\"version\":\"%s\",\"case\":\"%s\",\"cells\":%d,\"auctions\":%d,"
            + "\"calls\":%d,\"best_ms\":%.3f,\"median_ms\":%.3f,\"placed\":%d,\"cells_used\":%d,"
            + "%s\"java\":\"%s\"}",
        VERSION,
        caseName,
        workload.names.size(),
        workload.tasks.size(),
        callsMeasured,
        best,
        median,
        placed,
        cellsUsed,
        more,
        System.getProperty("java.version"));
  }

  private void parse(String[] args) {
    for (int i = 0; i < args.length; i++) {
      String flag = args[i];
      if (flag.equals("--quick")) {
        quick = true;
        continue;
      }
      if (flag.equals("--all")) {
        all = true;
        continue;
      }
      String value = i + 1 < args.length ? args[++i] : null;
      parse(flag, value);
    }
  }

  private void parse(String flag, String value) {
    switch (flag) {
      case "--case":
        caseName = required(flag, value);
        break;
      case "--cells":
        cells = count(flag, value);
        break;
      case "--auctions":
        auctions = count(flag, value);
        break;
      case "--calls":
        calls = count(flag, value);
        break;
      case "--min-seconds":
        minSeconds = seconds(flag, value);
        break;
      case "--tasks":
        tasks = Paths.get(required(flag, value));
        break;
      case "--machines":
        machines = Paths.get(required(flag, value));
        break;
      default:
        throw new UsageError("unknown flag \"" + flag + "\", see run.sh --help");
    }
  }

  private static String required(String flag, String value) {
    if (value == null) throw new UsageError(flag + " needs a value");
    return value;
  }

  private static int count(String flag, String value) {
    try {
      int number = Integer.parseInt(required(flag, value));
      if (number >= 1 && number <= 10_000_000) return number;
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new UsageError(
        flag + ": found \"" + value + "\", expected a whole number from 1 to 10000000");
  }

  private static double seconds(String flag, String value) {
    try {
      double number = Double.parseDouble(required(flag, value));
      if (number >= 0 && number <= 3_600) return number;
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new UsageError(flag + ": found \"" + value + "\", expected seconds from 0 to 3600");
  }
}
