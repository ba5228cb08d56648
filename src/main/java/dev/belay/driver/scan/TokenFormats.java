package dev.belay.driver.scan;

import static dev.belay.driver.scan.Format.ALPHANUMERIC;
import static dev.belay.driver.scan.Format.BASE_64;
import static dev.belay.driver.scan.Format.DOTTED;
import static dev.belay.driver.scan.Format.HEX;
import static dev.belay.driver.scan.Format.PATH;
import static dev.belay.driver.scan.Format.URL_64;
import static dev.belay.driver.scan.Format.WORD;
import static dev.belay.driver.scan.Format.letters;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Tokens that say by their beginning whose they are. What is known of their forms comes from those
/// who give them out; docs/reference/secret-scan.md says from where.
final class TokenFormats implements Detector {
    private static final int SHOWN = 4;
    private static final int HASHED = 36;

    private static final List<Format> ALL =
            Stream.of(code(), clouds(), models(), services(), vaults())
                    .flatMap(List::stream)
                    .toList();

    private static List<Format> code() {
        var all = new ArrayList<Format>();
        for (String begin : List.of("ghp_", "gho_", "ghu_", "ghs_", "ghr_")) {
            all.add(
                    Format.of("github-token", begin, ALPHANUMERIC, HASHED, 80)
                            .summed(Checksums::base62));
        }
        all.add(Format.of("github-token", "github_pat_", WORD, 82));
        for (String begin : List.of("glpat-", "glrt-", "gldt-", "glptt-", "glcbt-", "glsoat-")) {
            all.add(Format.of("gitlab-token", begin, DOTTED, 20, 320));
        }
        all.add(
                Format.of("npm-token", "npm_", ALPHANUMERIC, HASHED, HASHED)
                        .summed(Checksums::base62));
        all.add(Format.of("pypi-token", "pypi-AgEIcHlwaS5vcmc", URL_64, 50, 1000));
        all.add(Format.of("pypi-token", "pypi-AgENdGVzdC5weXBpLm9yZw", URL_64, 50, 1000));
        all.add(Format.of("rubygems-token", "rubygems_", HEX, 48));
        all.add(Format.of("crates-io-token", "cio", ALPHANUMERIC, 32));
        all.add(Format.of("docker-token", "dckr_pat_", URL_64, 27, 32));
        all.add(Format.of("docker-token", "dckr_oat_", URL_64, 27, 32));
        all.add(Format.of("artifactory-token", "AKCp", ALPHANUMERIC, 69));
        all.add(Format.of("circleci-token", "CCIPAT_", WORD, 40, 80));
        all.add(Format.of("postman-token", "PMAK-", letters("0-9a-f-"), 59));
        return all;
    }

    private static List<Format> clouds() {
        var capitals = letters("A-Z2-7");
        return List.of(
                Format.of("aws-access-key", "AKIA", capitals, 16),
                Format.of("aws-access-key", "ASIA", capitals, 16),
                Format.of("google-api-key", "AIza", URL_64, 35),
                Format.of("google-client-secret", "GOCSPX-", URL_64, 28),
                Format.of("azure-storage-key", "AccountKey=", BASE_64, 88)
                        .where(body -> body.endsWith("==")),
                Format.of("digitalocean-token", "dop_v1_", HEX, 64),
                Format.of("digitalocean-token", "doo_v1_", HEX, 64),
                Format.of("digitalocean-token", "dor_v1_", HEX, 64),
                Format.of("heroku-token", "HRKU-AA", URL_64, 58),
                Format.of("fly-token", "fo1_", URL_64, 43),
                Format.of("supabase-token", "sbp_", HEX, 40),
                Format.of("planetscale-token", "pscale_tkn_", DOTTED, 32, 64),
                Format.of("planetscale-password", "pscale_pw_", DOTTED, 32, 64),
                Format.of("databricks-token", "dapi", HEX, 32),
                Format.of("tailscale-token", "tskey-", URL_64, 20, 100));
    }

    private static List<Format> models() {
        return List.of(
                Format.of("openai-key", "sk-", URL_64, 40, 250)
                        .where(body -> body.contains("T3BlbkFJ")),
                Format.of("anthropic-key", "sk-ant-", URL_64, 80, 220),
                Format.of("hugging-face-token", "hf_", ALPHANUMERIC, 34),
                Format.of("perplexity-key", "pplx-", ALPHANUMERIC, 48),
                Format.of("groq-key", "gsk_", ALPHANUMERIC, 52),
                Format.of("replicate-token", "r8_", ALPHANUMERIC, 37),
                Format.of("langsmith-key", "lsv2_pt_", letters("0-9a-f_"), 43));
    }

    private static List<Format> services() {
        var all = new ArrayList<Format>();
        for (String begin : List.of("xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-")) {
            all.add(
                    Format.of("slack-token", begin, letters("0-9A-Za-z-"), 20, 250)
                            .where(body -> Character.isDigit(body.charAt(0))));
        }
        all.add(Format.of("slack-token", "xapp-", letters("0-9A-Za-z-"), 40, 250));
        all.add(
                Format.of("slack-webhook", "hooks.slack.com/services/", PATH, 36, 80)
                        .where(body -> body.chars().filter(c -> c == '/').count() == 2));
        all.add(
                Format.of("discord-webhook", "discord.com/api/webhooks/", PATH, 80, 120)
                        .where(body -> Character.isDigit(body.charAt(0))));
        all.add(Format.of("stripe-key", "sk_live_", ALPHANUMERIC, 20, 250));
        all.add(Format.of("stripe-key", "rk_live_", ALPHANUMERIC, 20, 250));
        all.add(Format.of("stripe-webhook-secret", "whsec_", ALPHANUMERIC, 32, 80));
        all.add(Format.of("sendgrid-key", "SG.", DOTTED, 66).where(body -> body.charAt(22) == '.'));
        all.add(Format.of("twilio-key", "SK", HEX, 32));
        for (String begin : List.of("shpat_", "shpca_", "shppa_", "shpss_")) {
            all.add(Format.of("shopify-token", begin, letters("0-9a-fA-F"), 32));
        }
        all.add(
                Format.of("grafana-token", "glsa_", WORD, 41)
                        .where(body -> body.charAt(32) == '_'));
        all.add(Format.of("linear-key", "lin_api_", ALPHANUMERIC, 40));
        all.add(Format.of("notion-token", "ntn_", ALPHANUMERIC, 40, 60));
        all.add(Format.of("new-relic-key", "NRAK-", letters("A-Z0-9"), 27));
        all.add(Format.of("sentry-token", "sntrys_", letters("0-9A-Za-z+/=_"), 60, 400));
        all.add(Format.of("sentry-token", "sntryu_", HEX, 64));
        return all;
    }

    private static List<Format> vaults() {
        return List.of(
                Format.of("vault-token", "hvs.", URL_64, 24, 400),
                Format.of("vault-token", "hvb.", URL_64, 24, 400),
                Format.of("vault-token", "hvr.", URL_64, 24, 400),
                Format.of("doppler-token", "dp.pt.", ALPHANUMERIC, 43),
                Format.of("one-password-token", "ops_eyJ", BASE_64, 250, 3000),
                Format.of("age-secret-key", "AGE-SECRET-KEY-1", letters("0-9A-Z"), 58)
                        .summed(body -> Checksums.bech32("age-secret-key-", body)),
                Format.of("belay-token", "belay_", letters("0-9a-f_"), 85)
                        .summed(Checksums::belay));
    }

    /// Names of the rules, for whoever wants to except one.
    static List<String> rules() {
        return ALL.stream().map(Format::rule).distinct().sorted().toList();
    }

    @Override
    public int[] triggers() {
        return ALL.stream()
                .mapToInt(
                        format -> Detector.pair(format.begin().charAt(0), format.begin().charAt(1)))
                .distinct()
                .toArray();
    }

    @Override
    public void look(Content content, int at, Finds finds) {
        for (Format format : ALL) {
            if (content.startsWith(format.begin(), at) && begins(content, at)) {
                int from = at + format.begin().length();
                int to = from;
                while (to - from <= format.most()
                        && content.at(to) > 0
                        && format.letters().get(content.at(to))) {
                    to++;
                }
                // A sentence may end right after it.
                while (to > from && content.at(to - 1) == '.') {
                    to--;
                }
                boolean long_ = to - from >= format.least() && to - from <= format.most();
                if (long_ && format.isOne(content.text(from, to))) {
                    finds.found(at, format.rule(), Leak.Kind.FORMAT, hint(format.begin()));
                    return;
                }
            }
        }
    }

    /// Four characters that all of them have in common.
    private static String hint(String begin) {
        return "`" + begin.substring(0, Math.min(SHOWN, begin.length())) + "…`";
    }

    /// Not in the middle of a word; after `\n` in a string, or `%3D` in an address, is none.
    static boolean begins(Content content, int at) {
        int before = content.at(at - 1);
        if (!Letters.isWord(before)) {
            return true;
        }
        boolean escaped = content.at(at - 2) == '\\' && "nrt".indexOf(before) >= 0;
        return escaped || content.at(at - 3) == '%';
    }
}
