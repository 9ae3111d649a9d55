import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.RuleId;
import org.verapdf.processor.reports.enums.JobEndStatus;

/**
 * Validates every file against every flavour in one JVM: {@code VeraPdf FLAVOUR,FLAVOUR FILE...}.
 *
 * <p>Prints tab-separated UTF-8 lines. One {@code result} line per file and flavour, so that the caller
 * sees that each was really checked, and before it one {@code failure} line per broken rule. Anything
 * that keeps a file from being checked ends the program with status 1.
 */
public class VeraPdf {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private static final List<String> WARNINGS = new ArrayList<>();

    public static void main(String[] args) {
        collectWarnings();
        VeraGreenfieldFoundryProvider.initialise();
        for (int file = 1; file < args.length; file++) {
            for (String flavour : args[0].split(",")) {
                try {
                    validate(args[file], flavour);
                } catch (Exception | LinkageError error) {
                    System.err.println(args[file] + " (" + flavour + "): " + causes(error));
                    System.exit(1);
                }
            }
        }
    }

    /** The parser repairs what it can and only logs it; a damaged file would pass unnoticed. */
    private static void collectWarnings() {
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        root.addHandler(new Handler() {
            @Override
            public void publish(LogRecord record) {
                if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
                    WARNINGS.add(record.getLoggerName() + ": " + record.getMessage());
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        });
    }

    private static void validate(String path, String id) throws Exception {
        PDFAFlavour flavour = PDFAFlavour.byFlavourId(id);
        if (flavour == PDFAFlavour.NO_FLAVOUR) {
            throw new IllegalArgumentException("unknown flavour");
        }
        WARNINGS.clear();
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(path), flavour);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            ValidationResult result = validator.validate(parser);
            if (result.getJobEndStatus() != JobEndStatus.NORMAL) {
                throw new IllegalStateException("validation " + result.getJobEndStatus());
            }
            for (Map.Entry<RuleId, Integer> failed : result.getFailedChecks().entrySet()) {
                RuleId rule = failed.getKey();
                TestAssertion first = first(result, rule);
                line("failure", path, id, rule.getClause(), rule.getTestNumber(), failed.getValue(),
                        first.getMessage(), first.getLocation().getContext());
            }
            if (!WARNINGS.isEmpty()) {
                line("failure", path, id, "parser", 0, WARNINGS.size(), WARNINGS.get(0), "");
            }
            line("result", path, id, result.isCompliant(), result.getTotalAssertions());
        }
    }

    private static TestAssertion first(ValidationResult result, RuleId rule) {
        for (TestAssertion assertion : result.getTestAssertions()) {
            if (assertion.getRuleId().equals(rule)) {
                return assertion;
            }
        }
        throw new IllegalStateException("no assertion for " + rule);
    }

    private static String causes(Throwable error) {
        String text = error.toString();
        return error.getCause() == null ? text : text + " <- " + causes(error.getCause());
    }

    private static void line(Object... fields) {
        List<String> texts = new ArrayList<>();
        for (Object field : fields) {
            texts.add(String.valueOf(field).replaceAll("[\\t\\r\\n]+", " "));
        }
        OUT.println(String.join("\t", texts));
    }
}
