"""Commands about networks: train them, see what they learned, measure their layers."""
